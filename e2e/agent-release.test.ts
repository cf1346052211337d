import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, type Database } from '@dockhero/database/client';
import { ClusterAuthorityStore } from '@dockhero/database/cluster-authority-store';
import { SecretBox } from '@dockhero/database/secret-box';
import { AgentScrape } from '@dockhero/docker/agent-scrape';
import { ControlPlaneCredentials } from '@dockhero/docker/control-plane-credentials';
import { Secret } from '@dockhero/domain/secret';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../scripts/bootstrap/toolchain.mjs';
import { System, eventually } from './system.js';
import { VolumeHosts } from './volume-hosts.js';

const app = 'released';
const agentFolder = '/usr/local/lib/dockhero/agent';
/** The host itself may take three starts of 2 s and the way there; the runbook promises a minute. */
const takenBackMs = 60_000;

describe('releases of the host agent on a real host', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dockhero-release-'));
  const bundle = join(folder, 'host-agent.mjs');
  const scrape = new AgentScrape(2_378);
  let system: System;
  let hosts: VolumeHosts;
  let database: Database;
  let credentials: ControlPlaneCredentials;
  let where: { resourceId: string; hostId: string; address: string };

  const code = (): string => readFileSync(bundle, 'utf8');
  const digest = (): string => createHash('sha256').update(readFileSync(bundle)).digest('hex');
  const metrics = async (): Promise<string> => await scrape.metrics(where.hostId, await credentials.to(where.resourceId, where.address));
  const running = async (): Promise<string> => /dockhero_agent_info\{.*sha256="(\w+)"/.exec(await metrics())?.[1] ?? '';
  const runs = (sha256: string, deadlineMs?: number): Promise<unknown> =>
    eventually(`the agent ${sha256.slice(0, 12)}`, async () => (await running()) === sha256, deadlineMs);
  /** Of the container that counts: what the agent has counted over its own restarts. */
  const starts = async (): Promise<string> =>
    /dockhero_workload_starts_total\{.*workload="counter".*\} (\d+)/.exec(await metrics())?.[1] ?? '';
  const counted = (): Promise<number> => hosts.counted(1, 'counter');
  const countsOn = async (): Promise<void> => {
    const from = await counted();
    await eventually('more lines', async () => (await counted()) > from, 5_000);
  };
  /** As systemd has it: another number is another start. */
  const startsOfUnit = (): Promise<string> => hosts.inside(1, 'systemctl show dockhero-agent --property MainPID,NRestarts');
  const timesTold = (): number =>
    readFileSync(join(system.folder, 'logs', 'provisioner-worker.log'), 'utf8').split('a host agent was told to upgrade').length;

  /** As an operator rolls out a release, and takes one back: the processes that read the bundle are started anew with another one. */
  async function rollOut(next: string): Promise<string> {
    writeFileSync(bundle, next);
    for (const one of ['partner-api', 'provisioner-worker']) await system.app.stopApp(one);
    for (const one of ['partner-api', 'provisioner-worker']) await system.app.startApp(one);
    return digest();
  }

  beforeAll(async () => {
    copyFileSync(join(root, 'apps', 'host-agent', 'dist', 'host-agent.mjs'), bundle);
    system = await System.start(17, { AGENT_BUNDLE: bundle, SWEEP_ALL_MS: '3000', SAMPLE_MS: '1000' });
    const settings = system.app.settings.environments['provisioner-worker'] ?? {};
    database = openDatabase({ url: new Secret(settings['DATABASE_URL'] ?? '') });
    const authorities = new ClusterAuthorityStore(database, new SecretBox(new Secret(settings['ENCRYPTION_KEYS'] ?? '')));
    credentials = new ControlPlaneCredentials((id) => authorities.read(id));
    await system.heroku(['apps:create', app]);
    await system.heroku(['addons:create', 'dockhero:hobby', '-a', app]);
    await system.heroku(['addons:wait', '-a', app, '--wait-interval', '1']);
    hosts = await VolumeHosts.of(system, app);
    const { rows } = await system.database.query<typeof where>('SELECT resource_id AS "resourceId", id AS "hostId", address FROM hosts');
    where = rows[0] ?? where;
    await hosts.counter(1, 'counter');
    await eventually('the counter to be known', async () => (await starts()) === '1');
  });

  afterAll(async () => {
    await hosts?.close();
    await database?.$disconnect();
    await system?.stop();
    rmSync(folder, { recursive: true });
  });

  it('the first one comes with the image: nothing but the signed manifest is asked for', async () => {
    await runs(digest());
    const asked = await (await fetch(`${system.app.settings.urls.api}/metrics`)).text();
    expect(asked).toMatch(/_count\{method="GET",route="\/hosts\/:\w+\/agent",status="200"\} [1-9]/);
    expect(asked).not.toContain('route="/agents/');
    expect(await hosts.inside(1, `sha256sum < ${agentFolder}/current.mjs`)).toContain(digest());
    expect(await hosts.inside(1, 'ls /usr/local/share/dockhero/agents')).toBe(`${digest()}.mjs`);
  });

  it('the next one is downloaded and takes its place; counters and a volume that is written live on', async () => {
    const before = await counted();
    const second = await rollOut(`${code()}\n// a second release\n`);
    await runs(second);
    expect(await starts()).toBe('1');
    expect(await counted()).toBeGreaterThan(before);
    await countsOn();
    const api = await (await fetch(`${system.app.settings.urls.api}/metrics`)).text();
    expect(api).toMatch(/_count\{method="GET",route="\/agents\/:sha256",status="200"\} 1/);
    // It stays: the host takes it for one to go back to only when it has lived 30 s.
    await eventually('the end of its trial', async () => !(await hosts.inside(1, `ls ${agentFolder}`)).includes('trial'));
  });

  it('one that dies once it listens is taken back by the host itself, is not tried again, and writes go on', async () => {
    const second = digest();
    const before = await counted();
    const third = await rollOut(`${code()}\nif (!process.argv.includes('--self-test')) process.exit(7);\n`);
    await eventually('its end', async () => (await hosts.inside(1, `cat ${agentFolder}/bad 2>/dev/null || true`)) === third, takenBackMs);
    await runs(second);
    expect(await hosts.inside(1, `readlink ${agentFolder}/current.mjs`)).toBe(`${second}.mjs`);
    expect(await starts()).toBe('1');
    expect(await counted()).toBeGreaterThan(before);
    await countsOn();

    const [unit, told] = [await startsOfUnit(), timesTold()];
    await system.app.stopApp('provisioner-worker');
    await system.app.startApp('provisioner-worker');
    await eventually('to be told again', () => Promise.resolve(timesTold() > told));
    const journal = (): Promise<string> => hosts.inside(1, 'journalctl --unit dockhero-agent --no-pager');
    await eventually('the refusal', async () => (await journal()).includes(`host agent: ${third} has failed here before`));
    expect([await running(), await startsOfUnit()]).toEqual([second, unit]);
    const monitor = await (await fetch(`http://127.0.0.1:${String(7_300 + 17 * 40 + 12)}/metrics`)).text();
    expect(monitor).toContain(`dockhero_monitor_agents{sha256="${second}"} 1`);
    expect(monitor).not.toContain(third);
  });

  it('a release that was mended is taken at the next pass', async () => {
    const mended = await rollOut(code().replace(/\nif [^\n]*exit\(7\);\n/, '\n// mended\n'));
    await runs(mended);
    expect(await starts()).toBe('1');
    await countsOn();
  });
});
