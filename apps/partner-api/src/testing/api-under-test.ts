import { randomUUID } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { openDatabase, type Database } from '@dockhero/database/client';
import { migrateDeploy } from '@dockhero/database/migrate';
import { SecretBox } from '@dockhero/database/secret-box';
import type { SnapshotBlocks } from '@dockhero/domain/ports/snapshot-blocks';
import { Secret } from '@dockhero/domain/secret';
import { createLogger } from '@dockhero/runtime/logger';
import { createTestDatabase, testRedisUrl } from '@dockhero/testing/test-services';
import { createPartnerApi, listenForAgents } from '../create-partner-api.js';
import type { Env } from '../env.js';

export const slug = 'dockhero';
export const password = 'canary-password-2f1c7d9e5b3a4860';
export const encryptionKeys = new Secret(`k1:${Buffer.alloc(32, 7).toString('base64')}`);
export const box = new SecretBox(encryptionKeys);
export const basic = (user: string, secret: string) => `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`;
export const vendorType = 'application/vnd.heroku-addons+json; version=3';

export interface Call {
  readonly headers?: Record<string, string>;
  /** An object is sent as JSON; text as it is. */
  readonly body?: unknown;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly bytes: Buffer;
  readonly body: Record<string, unknown>;
}

/** What differs between test files. */
interface ApiParts {
  readonly agentBundle?: string | undefined;
  readonly snapshotBlocks?: SnapshotBlocks | undefined;
}

/** The whole API in this process on a port of its own, spoken to over HTTP. One per test file: Prometheus' registry is the process's. */
export class ApiUnderTest {
  private constructor(
    readonly url: string,
    /** Where agents of hosts call. */
    readonly agentPort: number,
    readonly env: Env,
    readonly database: Database,
    readonly logs: () => string,
    readonly stop: () => Promise<void>,
  ) {}

  /** On a database of its own and one of Redis' sixteen databases, which no other file of this app takes; without a host agent unless one is named. */
  static async start(redisIndex: number, { agentBundle, snapshotBlocks }: ApiParts = {}): Promise<ApiUnderTest> {
    const database = await createTestDatabase(migrateDeploy);
    const api = await ApiUnderTest.startOn(database.url, testRedisUrl(redisIndex), { agentBundle, snapshotBlocks });
    return new ApiUnderTest(api.url, api.agentPort, api.env, api.database, api.logs, async () => {
      await api.stop();
      await database.drop();
    });
  }

  static async startOn(
    databaseUrl: Secret,
    redisUrl: Secret,
    { agentBundle = '/nowhere/host-agent.mjs', snapshotBlocks }: ApiParts = {},
  ): Promise<ApiUnderTest> {
    const env: Env = {
      PORT: 0,
      AGENT_API_PORT: 0,
      LISTEN_HOST: '127.0.0.1',
      LOG_LEVEL: 'trace',
      PUBLIC_URL: 'https://addon.dockhero.test',
      DATABASE_URL: databaseUrl,
      DATABASE_POOL: 10,
      REDIS_URL: redisUrl,
      ENCRYPTION_KEYS: encryptionKeys,
      ADDON_SLUG: slug,
      ADDON_PASSWORD: new Secret(password),
      SERVED_REGIONS: ['amazon-web-services::us-east-1', 'amazon-web-services::eu-west-1'],
      EDGE_DOMAIN: 'dockhero.test',
      CERTIFICATE_LIFETIME_MS: 12 * 3_600_000,
      AWS_REGION: undefined,
      AWS_ENDPOINT: undefined,
      DOWNLOAD_BLOCKS_PER_SECOND: 1_000,
      AGENT_BUNDLE: agentBundle,
      PRIVATE_WEBHOOKS: false,
    };
    const lines: Buffer[] = [];
    const stream = new PassThrough().on('data', (chunk: Buffer) => lines.push(chunk));
    const app = await createPartnerApi(env, createLogger('partner-api', env.LOG_LEVEL, stream), snapshotBlocks);
    await app.listen(0, '127.0.0.1');
    const agentPort = await listenForAgents(app, env);
    const database = openDatabase({ url: databaseUrl, poolSize: 2 });
    return new ApiUnderTest(
      await app.getUrl(),
      agentPort,
      env,
      database,
      () => Buffer.concat(lines).toString('utf8'),
      async () => {
        await database.$disconnect();
        await app.close();
      },
    );
  }

  async call(method: string, path: string, { headers = {}, body }: Call = {}): Promise<Answer> {
    const payload = body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body);
    const type: Record<string, string> = payload === null || 'content-type' in headers ? {} : { 'content-type': 'application/json' };
    const response = await fetch(this.url + path, {
      method,
      headers: { ...type, ...headers },
      body: payload,
      signal: AbortSignal.timeout(20_000),
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    const text = bytes.toString('utf8');
    const isJson = response.headers.get('content-type')?.startsWith('application/json');
    return {
      status: response.status,
      headers: response.headers,
      bytes,
      text,
      body: isJson ? (JSON.parse(text) as Record<string, unknown>) : {},
    };
  }

  /** A call as Heroku makes it. */
  async heroku(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return await this.call(method, `/heroku/resources${path}`, {
      headers: { authorization: basic(slug, password), accept: vendorType, ...headers },
      body,
    });
  }

  async provision(change: Record<string, unknown> = {}): Promise<string> {
    const request = aProvisionRequest(change);
    const { status, text } = await this.heroku('POST', '', request);
    if (status !== 202) throw new Error(`provision answered ${status}: ${text}`);
    return request.uuid;
  }

  /** The capability token of a resource, as its config var ends in it. */
  async tokenOf(id: string): Promise<string> {
    const { configToken } = await this.database.resource.findUniqueOrThrow({ where: { id } });
    return box.open(configToken ?? '', `config-token:${id}`).reveal();
  }

  /** What was asked for since the provision, as the audit log says it, oldest first. */
  async askedFor(resourceId: string): Promise<string[]> {
    const events = await this.database.auditEvent.findMany({ where: { resourceId, kind: 'desired' }, orderBy: { id: 'asc' } });
    return events.slice(1).map(({ text }) => text);
  }
}

export interface ProvisionBody extends Record<string, unknown> {
  uuid: string;
  name: string;
}

/** Heroku's request as its documentation shows it. */
export function aProvisionRequest(change: Record<string, unknown> = {}): ProvisionBody {
  const uuid = typeof change.uuid === 'string' ? change.uuid : randomUUID();
  return {
    name: `dockhero-curved-${uuid.slice(0, 5)}`,
    plan: 'hobby',
    region: 'amazon-web-services::us-east-1',
    callback_url: `https://api.heroku.com/addons/${uuid}`,
    oauth_grant: { type: 'authorization_code', code: 'canary-grant-7c0e9f2a', expires_at: new Date(Date.now() + 300_000).toISOString() },
    options: { 'region-pref': 'eu', verbose: 'true' },
    log_input_url: 'https://token:t.canary-log-input-3f7d0c1e@1.us.logplex.io/logs',
    ...change,
    uuid,
  };
}
