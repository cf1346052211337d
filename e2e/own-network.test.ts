import { createServer } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, type Database } from '@dockhero/database/client';
import { ClusterAuthorityStore } from '@dockhero/database/cluster-authority-store';
import { ClusterStore } from '@dockhero/database/cluster-store';
import { migrateDeploy } from '@dockhero/database/migrate';
import { ResourceStore } from '@dockhero/database/resource-store';
import { SecretBox } from '@dockhero/database/secret-box';
import { lease, makeHosts, newKey } from '@dockhero/database/testing/open-test-database';
import { StandInEngine } from '@dockhero/docker/testing/stand-in-engine';
import { Secret } from '@dockhero/domain/secret';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agentText } from '../apps/monitor/src/testing/agent-text.js';
import { MailBox } from '../apps/monitor/src/testing/mail-box.js';
import { root } from '../scripts/bootstrap/toolchain.mjs';
import { startPostgres } from '../scripts/services/postgres.mjs';
import { CutMonitor, CutNetwork } from './cut-network.js';
import { eventually } from './system.js';

const addons = 10;
const hostsEach = 3;
/** How long our own network is away. People are told of hosts that are gone in less: the last test says so. */
const awayMs = 85_000;
/** Of a mass silence, with all the rounds of looking for evidence. */
const verdictMs = 45_000;

// The real monitor, twice, each in a network of its own, and packets that are lost. Agents are stand-ins over real mutual TLS.
describe('when most hosts fall silent together', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dockhero-network-'));
  const network = new CutNetwork(addons * hostsEach, 2);
  const monitors: CutMonitor[] = [];
  let postgres: Awaited<ReturnType<typeof startPostgres>>;
  let database: Database;
  let agents: StandInEngine;
  let mailBox: MailBox;

  const owner = (address: string): string => `owner-${String(Math.floor(network.addresses.indexOf(address) / hostsEach))}@example.com`;
  const told = (): string[] => mailBox.mails.flatMap(({ to }) => to).toSorted();
  const silent = async (state: string): Promise<number> => await database.incident.count({ where: { rule: 'host-silent', state } });
  /** Hosts by the name of the monitor that has them. */
  const held = async (): Promise<Record<string, number>> => {
    const leases = await database.monitorLease.findMany({ where: { until: { gt: new Date() } } });
    const names = leases.map(({ holder }) => holder?.split('-')[0] ?? '');
    return Object.fromEntries(monitors.map(({ name }) => [name, names.filter((one) => one === name).length]));
  };
  const allSampled = async (): Promise<boolean> => {
    const { rows } = await database.pool.query<{ hosts: number }>(
      `SELECT count(DISTINCT host_id)::int AS hosts FROM host_samples WHERE at > now() - interval '6 s'`,
    );
    return rows[0]?.hosts === network.addresses.length;
  };
  const isCalm = async (monitor: CutMonitor): Promise<boolean> =>
    (await monitor.isReady()) && (await monitor.metric('dockhero_monitor_mass_silence')) === 0;
  const allWell = async (): Promise<void> => {
    for (const monitor of monitors) await eventually(`${monitor.name} is calm`, () => isCalm(monitor), 90_000);
    await eventually('both have hosts', async () => Object.values(await held()).every((count) => count > 0));
    await eventually('all hosts are seen', allSampled);
  };
  const nobodyIsTold = async (): Promise<void> => {
    expect([told(), await database.incident.count(), await database.alertDelivery.count()]).toEqual([[], 0, 0]);
  };

  async function makeAddon(index: number, key: Secret): Promise<void> {
    const box = new SecretBox(key);
    const clusters = new ClusterStore(database, box);
    const { resourceId, hostIds } = await makeHosts({ database, resources: new ResourceStore(database, box), clusters }, hostsEach);
    const lock = await lease(database, resourceId);
    await new ClusterAuthorityStore(database, box).save(lock, agents.authority);
    await clusters.record(lock, { provisionedAt: new Date(), observedVersion: 1 });
    await lock.release();
    for (const [at, id] of hostIds.entries()) {
      await database.host.update({ where: { id }, data: { address: network.addresses[index * hostsEach + at] ?? '' } });
      await database.hostEnrolment.create({ data: { hostId: id, generation: 1, publicKeyHash: 'hash', certificatePem: 'pem' } });
    }
    const email = owner(network.addresses[index * hostsEach] ?? '');
    await database.alertContact.create({ data: { resourceId, email, role: 'owner' } });
  }

  beforeAll(async () => {
    network.start();
    postgres = await startPostgres({ dataDir: join(folder, 'postgres'), durable: false });
    await migrateDeploy(new Secret(postgres.url), join(root, 'prisma', 'migrations'));
    database = openDatabase({ url: new Secret(postgres.url), poolSize: 5 });
    agents = await StandInEngine.start(network.addresses);
    agents.serveHttp(
      createServer((_, response) => void response.end(agentText())),
      (socket) => void socket.on('error', () => {}),
    );
    mailBox = await MailBox.start();
    const key = newKey('k1');
    for (let index = 0; index < addons; index += 1) await makeAddon(index, new Secret(key));
    const [smtpPort, postgresPort] = [
      await network.forward(Number(new URL(mailBox.url.reveal()).port)),
      await network.forward(Number(new URL(postgres.url).port)),
    ];
    const outside = await network.outside();
    for (const number of [1, 2]) {
      const environment = (ours: string): Record<string, string> => {
        const url = Object.assign(new URL(postgres.url), { hostname: ours, port: String(postgresPort) });
        const where = { DATABASE_URL: url.href, SMTP_URL: `smtp://${ours}:${String(smtpPort)}`, REACHABLE: outside };
        return { ...where, ENCRYPTION_KEYS: key, AGENT_PORT: String(agents.port), SAMPLE_MS: '1000', LOG_LEVEL: 'info' };
      };
      monitors.push(new CutMonitor(number, environment));
    }
    for (const monitor of monitors) await eventually(`${monitor.name} is ready`, () => monitor.isReady());
    await allWell();
  });

  afterAll(async () => {
    for (const monitor of monitors) await monitor.stop();
    await database?.$disconnect();
    await agents?.stop();
    await mailBox?.stop();
    await postgres?.stop();
    network.stop();
    rmSync(folder, { recursive: true });
  });

  it('because it is our own network: nobody is told, operators are, and afterwards all is as before', async () => {
    const untilMs = Date.now() + awayMs;
    for (const monitor of monitors) monitor.cut();
    for (const monitor of monitors) {
      const metric = async (): Promise<boolean> => (await monitor.metric('dockhero_monitor_mass_silence')) === 1;
      await eventually('the metric', metric, verdictMs);
      await eventually('the verdict', async () => monitor.log.includes('it is our own network: nobody is told'), verdictMs);
      await eventually('/ready is red', async () => !(await monitor.isReady()), 5_000);
    }
    await eventually('so long', async () => Date.now() > untilMs, awayMs + 1_000);
    expect(await allSampled()).toBe(false);
    await nobodyIsTold();
    for (const monitor of monitors) monitor.heal();
    await allWell();
    await nobodyIsTold();
  });

  it('for one monitor only: it leaves its hosts to the one that sees them, and has them back later', async () => {
    const [blind, other] = monitors as [CutMonitor, CutMonitor];
    blind.cut();
    await eventually('the verdict', async () => blind.log.includes('this process is cut off'), verdictMs);
    const all = { [blind.name]: 0, [other.name]: network.addresses.length };
    await eventually('the other has all', async () => JSON.stringify(await held()) === JSON.stringify(all), 15_000);
    await eventually('all hosts are seen', allSampled);
    expect([await blind.isReady(), await other.isReady()]).toEqual([false, true]);
    blind.heal();
    await allWell();
    await nobodyIsTold();
  });

  it('because they are gone: their owners are told, nobody else, and once more when they are back', async () => {
    const gone = network.addresses.slice(0, 7 * hostsEach);
    const owners = [...new Set(gone.map(owner))].toSorted();
    const sinceMs = Date.now();
    network.power(gone, false);
    await eventually('all are told of', async () => (await silent('firing')) === gone.length, awayMs);
    await eventually('mails', async () => new Set(told()).size === owners.length, awayMs - (Date.now() - sinceMs));
    expect(monitors.some(({ log }) => log.includes('it is not our own network: people are told'))).toBe(true);
    expect([...new Set(told())]).toEqual(owners);
    network.power(gone, true);
    await eventually('all are resolved', async () => (await silent('resolved')) === gone.length, 90_000);
    await allWell();
    expect([...new Set(told())]).toEqual(owners);
    expect(await database.incident.count()).toBe(gone.length);
  });
});
