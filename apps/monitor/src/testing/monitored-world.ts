import { createServer, type Server } from 'node:http';
import { AlertSettingsStore } from '@dockhero/database/alert-settings-store';
import { openDatabase, type Database } from '@dockhero/database/client';
import { ClusterAuthorityStore } from '@dockhero/database/cluster-authority-store';
import { ClusterStore } from '@dockhero/database/cluster-store';
import { migrateDeploy } from '@dockhero/database/migrate';
import { ResourceStore } from '@dockhero/database/resource-store';
import { SecretBox } from '@dockhero/database/secret-box';
import { readUnsubscribeToken } from '@dockhero/database/unsubscribe-token';
import { lease, makeHosts, newKey } from '@dockhero/database/testing/open-test-database';
import { StandInEngine } from '@dockhero/docker/testing/stand-in-engine';
import { Secret } from '@dockhero/domain/secret';
import { createApp } from '@dockhero/runtime/create-app';
import { createTestDatabase, type TestDatabase } from '@dockhero/testing/test-services';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { AppModule } from '../app.module.js';
import { Connections } from '../connections.js';
import type { Env } from '../env.js';
import { agentText } from './agent-text.js';
import { CustomerEndpoint } from './customer-endpoint.js';
import { MailBox } from './mail-box.js';

type App = Awaited<ReturnType<typeof createApp>>;
const logger = pino({ level: 'silent' });

/** A cluster of one host whose agent answers as the test says, a mail server, a customer's endpoint, and monitors that watch and tell. */
export class MonitoredWorld {
  figures: Parameters<typeof agentText>[0] = {};
  /** Looks that the agent has answered. */
  looks = 0;
  readonly #monitors = new Map<string, App>();

  private constructor(
    private readonly test: TestDatabase,
    private readonly key: Secret,
    readonly database: Database,
    readonly resourceId: string,
    private readonly agent: StandInEngine,
    readonly mailBox: MailBox,
    readonly endpoint: CustomerEndpoint,
  ) {
    const http: Server = createServer((_, response) => {
      this.looks += 1;
      response.end(agentText(this.figures));
    });
    agent.serveHttp(http, () => {});
  }

  static async start(): Promise<MonitoredWorld> {
    const test = await createTestDatabase(migrateDeploy);
    const database = openDatabase({ url: test.url, poolSize: 5 });
    const key = new Secret(newKey('k1'));
    const box = new SecretBox(key);
    const stores = { database, resources: new ResourceStore(database, box), clusters: new ClusterStore(database, box) };
    const { resourceId, hostIds } = await makeHosts(stores, 1);
    const agent = await StandInEngine.start();
    const held = await lease(database, resourceId);
    await new ClusterAuthorityStore(database, box).save(held, agent.authority);
    await stores.clusters.record(held, { provisionedAt: new Date(), observedVersion: 1 });
    await held.release();
    const [hostId = ''] = hostIds;
    await database.host.update({ where: { id: hostId }, data: { address: '127.0.0.1' } });
    await database.hostEnrolment.create({ data: { hostId, generation: 1, publicKeyHash: 'hash', certificatePem: 'pem' } });
    return new MonitoredWorld(test, key, database, resourceId, agent, await MailBox.start(), await CustomerEndpoint.start());
  }

  get settings(): AlertSettingsStore {
    return new AlertSettingsStore(this.database, new SecretBox(this.key));
  }

  /** Whom the link in a mail is for; null when it is none of ours. */
  unsubscribedBy(token: string): ReturnType<typeof readUnsubscribeToken> {
    return readUnsubscribeToken(new SecretBox(this.key), token);
  }

  async startMonitor(name: string): Promise<void> {
    const env: Env = {
      PORT: 0,
      LISTEN_HOST: '127.0.0.1',
      LOG_LEVEL: 'silent',
      DATABASE_URL: this.test.url,
      DATABASE_POOL: 5,
      ENCRYPTION_KEYS: this.key,
      MEMBER_NAME: name,
      SAMPLE_MS: 200,
      LOOKS_MAX: 4,
      AGENT_PORT: this.agent.port,
      GROUP_MS: 0,
      SMTP_URL: this.mailBox.url,
      MAIL_FROM: 'Dockhero <alerts@dockhero.io>',
      MAILS_MAX: 50,
      PRIVATE_WEBHOOKS: true,
      REACHABLE: [],
      PUBLIC_URL: 'https://addon.dockhero.test',
      NEW_RELIC_URL: this.endpoint.url,
    };
    const app = await createApp(AppModule.with(env, logger, new Registry()), logger);
    await app.init();
    this.#monitors.set(name, app);
  }

  async stopMonitor(name: string): Promise<void> {
    await this.#monitors.get(name)?.close();
    this.#monitors.delete(name);
  }

  /** As when its machine is gone: it gives nothing back, and reaches Postgres no more. */
  async cutOff(name: string): Promise<void> {
    await (Reflect.get(this.#monitors.get(name)?.get(Connections) ?? {}, 'database') as Database).$disconnect();
  }

  /** Which monitor has the host. */
  async holder(): Promise<string> {
    const [held] = await this.database.monitorLease.findMany({ where: { until: { gt: new Date() } } });
    return held?.holder?.split('-')[0] ?? '';
  }

  /** Messages that wait for their next attempt are due now. */
  async hurry(): Promise<void> {
    await this.database.alertDelivery.updateMany({ where: { sentAt: null, gaveUpAt: null }, data: { nextAttemptAt: new Date(0) } });
  }

  async stop(): Promise<void> {
    for (const name of this.#monitors.keys()) await this.stopMonitor(name);
    await this.mailBox.stop();
    await this.endpoint.stop();
    await this.agent.stop();
    await this.database.$disconnect();
    await this.test.drop();
  }
}
