import { once } from 'node:events';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unwrapped } from '../apps/heroku-plugin/src/testing/unwrapped.js';
import { Mailbox } from './mailbox.js';
import { dockerClient, dockerVariables } from './original-client.mjs';
import { SecondProcess } from './second-process.js';
import { System, eventually, type CliOptions, type CliResult } from './system.js';

type Docker = (args: string[], timeoutMs?: number) => Promise<string>;

const app = 'watched';

/** In the place of New Relic's Metric API: keeps the times of the samples that it gets, and answers as it is told. */
class MetricApi {
  status = 503;
  /** By status, in seconds since 1970. */
  readonly sampleTimes = new Map<number, number[]>();
  readonly #server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const [{ metrics }] = JSON.parse(gunzipSync(Buffer.concat(chunks)).toString('utf8')) as [
        { metrics: { name: string; timestamp: number }[] },
      ];
      const times = metrics.filter(({ name }) => name === metrics[0]?.name).map(({ timestamp }) => timestamp);
      this.sampleTimes.set(this.status, [...(this.sampleTimes.get(this.status) ?? []), ...times]);
      response.writeHead(this.status, { 'content-type': 'application/json' }).end('{"requestId":"1"}');
    });
  });

  async start(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}/metric/v1`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => void this.#server.close(resolve));
  }
}

describe('a host that is watched', () => {
  const mailbox = new Mailbox();
  const metricApi = new MetricApi();
  let system: System;
  let docker: Docker;
  let hostId: string;
  let configUrl: string;
  let project: string;

  const query = async <Row>(text: string, values: unknown[] = []): Promise<Row[]> =>
    (await system.database.query(text, values)).rows as Row[];
  /** Bytes, but for `used`: the highest share so far. `now` is the last sample's. */
  const samples = async (): Promise<{ used: number; total: number; now: number; count: number }> => {
    const [row] = await query<{ used: number; total: number; now: number; count: number }>(
      `SELECT max(memory_used_bytes::float8 / memory_total_bytes) AS used, max(memory_total_bytes)::float8 AS total,
         (array_agg(memory_used_bytes::float8 ORDER BY at DESC))[1] AS now, count(*)::int AS count
       FROM host_samples WHERE host_id = $1`,
      [hostId],
    );
    return row ?? { used: 0, total: 0, now: 0, count: 0 };
  };
  const incident = async (rule: string): Promise<{ state: string; object: string; level: string } | undefined> =>
    (
      await query<{ state: string; object: string; level: string }>('SELECT state, object, level FROM incidents WHERE rule = $1', [rule])
    )[0];
  const fires = async (rule: string, deadlineMs = 150_000): Promise<void> => {
    await eventually(`${rule} fires`, async () => (await incident(rule))?.state === 'firing', deadlineMs);
  };
  const mail = async (pattern: RegExp): Promise<string> =>
    await eventually(`a mail ${String(pattern)}`, async () => mailbox.with(pattern)[0], 120_000);

  /** To a little above 90 per cent of the host, so that the alert comes and nobody is killed. */
  const fillMemory = async (): Promise<void> => {
    const { now, total } = await samples();
    // Holds a buffer that it has filled, and waits for a reader that never reads.
    const script = `dd if=/dev/zero bs=${String(Math.ceil((0.93 * total - now) / 2 ** 20))}M count=1 | sleep 100000`;
    await docker(['run', '-d', '--name', 'eater', 'busybox', 'sh', '-c', script]);
    await eventually('memory in use', async () => (await samples()).now > 0.9 * total);
  };
  const remove = async (...names: string[]): Promise<void> => {
    const ids = await docker(['ps', '-aq', ...names.flatMap((name) => ['--filter', `name=${name}`])]);
    await docker(['rm', '-f', ...ids.split('\n')]);
  };

  beforeAll(async () => {
    system = await System.start(10, {
      SMTP_URL: await mailbox.start(),
      SAMPLE_MS: '1000',
      NEW_RELIC_URL: await metricApi.start(),
    });
    mkdirSync(system.home, { recursive: true });
    await system.linkPlugin();
    project = mkdtempSync(join(system.folder, 'project-'));
    const web = '{image: busybox, command: sleep 100000, deploy: {endpoint_mode: dnsrr}}';
    writeFileSync(join(project, 'dockhero-compose.yml'), `version: '3.7'\nservices: {web: ${web}}\n`);
    await system.heroku(['apps:create', app]);
    await system.heroku(['addons:create', 'dockhero:hobby', '-a', app]);
    await system.heroku(['addons:wait', '-a', app, '--wait-interval', '1']);
    configUrl = (await system.configOf(app))['DOCKHERO_CONFIG_URL'] ?? '';
    const variables = (await dockerVariables(configUrl, join(system.folder, 'machines'))) as Record<string, string>;
    docker = dockerClient(variables, system.folder) as Docker;
    await docker(['pull', 'busybox']);
    hostId = (await query<{ id: string }>('SELECT id FROM hosts'))[0]?.id ?? '';
  });

  afterAll(async () => {
    await system.stop();
    await mailbox.stop();
    await metricApi.stop();
  });

  const dh = (command: string, args: string[] = [], options: CliOptions = {}): Promise<CliResult> =>
    system.heroku([`dh:${command}`, ...args], { cwd: project, ...options, env: { HEROKU_APP: app, ...options.env } });

  const newRelic = async (method: string, body?: object): Promise<{ last_ok_at: string | null; error: string | null }> => {
    const init = { method, ...(body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {}) };
    const response = await fetch(`${configUrl}/newrelic`, { ...init, signal: AbortSignal.timeout(10_000) });
    if (!response.ok) throw new Error(`${method} newrelic: ${String(response.status)}`);
    return (await response.json()) as { last_ok_at: string | null; error: string | null };
  };

  it('is sampled: its agent answers only us, with figures that are the host’s own', async () => {
    const so = await eventually('samples', async () => {
      const now = await samples();
      return now.count > 2 && now;
    });
    // A t3.micro has a GiB, the machine around it many.
    expect(so.total).toBeLessThan(1.1 * 2 ** 30);
    expect(so.used).toBeLessThan(0.6);
    await newRelic('PUT', { license_key: 'ab12'.repeat(10), region: 'us' });
  });

  it('page cache is no usage: reading and writing more than its memory raises no alarm', async () => {
    await docker(['run', '--rm', 'busybox', 'sh', '-c', 'dd if=/dev/zero of=/big bs=1M count=1200 && cat /big > /dev/null']);
    const { count } = await samples();
    await eventually('a sample after that', async () => (await samples()).count > count + 2);
    expect((await samples()).used).toBeLessThan(0.75);
    expect(await incident('memory')).toBeUndefined();
  });

  it('memory above 90 % for a minute is told, in a mail and in the log, with who takes most', async () => {
    await docker(['service', 'create', '--detach', '--name', 'survivor', '--endpoint-mode', 'dnsrr', 'busybox', 'sleep', '100000']);
    await fillMemory();
    await fires('memory');
    expect(await mail(/The memory of the host is/)).toContain('eater');
    await eventually('the line', async () =>
      /app\[dockhero\]: .*memory/i.test((await system.heroku(['logs', '-a', app, '-n', '1500'])).stdout),
    );
    await remove('eater');
  });

  it('New Relic gets what it could not take while it was away, and what it said meanwhile is shown', async () => {
    const { last_ok_at: okAt } = await eventually('an error', async () => {
      const status = await newRelic('GET');
      return status.error !== null && status;
    });
    expect(okAt).toBeNull();
    metricApi.status = 202;
  });

  it('a restart loop, an OOM kill and a full disk are told, with what to do; the Swarm lives on', async () => {
    await docker(['run', '-d', '--name', 'looper', '--restart', 'always', 'busybox', 'false']);
    const small = ['-m', '32m', '--memory-swap', '32m'];
    // The shell outlives it: of a container that dies with its process at once, only the kernel's log is sure to tell, and these hosts have none.
    const overeating = 'dd if=/dev/zero of=/dev/null bs=200M count=1; sleep 2';
    await docker(['run', '--name', 'victim', ...small, 'busybox', 'sh', '-c', overeating]).catch(() => '');
    // Reserved, not written: the file system is as full as with data, the machine around it is not.
    const script = `free=$(df -k / | awk 'NR==2 {print $4}'); fallocate -l $((free - 100000))k /filler && sleep 100000`;
    await docker(['run', '-d', '--name', 'filler', 'busybox', 'sh', '-c', script]);
    for (const rule of ['oom-kill', 'restart-loop', 'disk']) await fires(rule);
    expect(await mail(/A process of victim on the host was killed because memory ran out/)).toContain('dh:alerts:silence');
    expect(await mail(/looper on the host keeps restarting/)).toContain('dh:compose logs');
    expect(await mail(/The disk \S+ of the host is/)).toMatch(/dh:docker system/);
    await eventually('the second level', async () => (await incident('disk'))?.level === 'critical');
    expect(await docker(['service', 'ls', '--format', '{{.Name}} {{.Replicas}}'])).toBe('survivor 1/1');
    // One mail per person and change, never one a sample.
    expect(new Set(mailbox.mails.map(({ to }) => to))).toEqual(new Set([(await system.heroku(['auth:whoami'])).stdout.trim()]));
    expect(mailbox.mails.length).toBeLessThanOrEqual(12);
  });

  it('while the disk is full, deploys are refused with the reason, before Docker is asked; looking and clearing up are not', async () => {
    for (const [command, ...args] of [['deploy'], ['docker', 'pull', 'alpine'], ['docker', 'service', 'update', '--force', 'survivor']]) {
      const { code, stderr } = await dh(command ?? '', args, { allowFailure: true });
      const said = unwrapped(stderr);
      expect([code, said]).toEqual([1, expect.stringMatching(/The disk of the host of watched is 9[789] % full, as of at most \d+ s ago/)]);
      expect(said).toContain('heroku dh:docker system prune --all --app watched');
    }
    expect(await docker(['stack', 'ls', '--format', '{{.Name}}'])).toBe('');
    expect((await dh('docker', ['service', 'ls'])).stdout).toContain('survivor');
    await dh('docker', ['stop', '--time', '0', 'looper']);
    // Docker itself is not asked by us: it may well manage.
    await dh('deploy', [], { env: { DOCKHERO_DISK_CHECK: 'off' } });
    expect(await docker(['stack', 'ls', '--format', '{{.Name}}'])).toBe('dockhero');
    await dh('docker', ['stack', 'rm', 'dockhero']);
  });

  it('what the emergency room freed lets Docker work: the container goes, the disk is free, and the deploy goes through', async () => {
    await remove('filler', 'looper', 'victim');
    await eventually('the deploy', async () => (await dh('deploy', [], { allowFailure: true })).code === 0);
    await dh('docker', ['stack', 'rm', 'dockhero']);
    expect(await docker(['run', '--rm', 'busybox', 'echo', 'works'])).toBe('works');
    await eventually('clearing', async () => (await incident('disk'))?.state === 'clearing');
  });

  it('a host that is cut off is told once, whichever of two monitors dies, and again when it is back', async () => {
    const [refused = 0] = metricApi.sampleTimes.get(503) ?? [];
    await eventually('New Relic is well again', async () => (await newRelic('GET')).error === null);
    expect(Math.min(...(metricApi.sampleTimes.get(202) ?? []))).toBe(refused);
    const second = new SecondProcess(system, 'monitor', 'second', 7_300 + 10 * 40 + 30);
    await second.ready();
    const holder = async (): Promise<string> =>
      (await query<{ holder: string | null }>('SELECT holder FROM monitor_leases WHERE until > now()'))[0]?.holder ?? '';
    const { instances } = (await system.control('GET', '/aws/instances')) as { instances: { id: string }[] };
    const [instance] = instances;
    await system.control('PUT', `/aws/instances/${instance?.id ?? ''}/network`, { cut: true });
    await fires('host-silent');
    const first = await eventually('a holder', holder);
    if (first.startsWith('second-')) await second.end('SIGKILL');
    else await system.app.stopApp('monitor', 'SIGKILL');
    await mail(/The host does not answer/);
    await eventually('another holder', async () => ![first, ''].includes(await holder()), 15_000);
    await system.control('PUT', `/aws/instances/${instance?.id ?? ''}/network`, { cut: false });
    await eventually('resolved', async () => (await incident('host-silent'))?.state === 'resolved', 150_000);
    await mail(/The host did not answer/);
    expect([/The host does not answer/, /The host did not answer/].map((pattern) => mailbox.with(pattern).length)).toEqual([1, 1]);
    await second.end('SIGTERM');
  });
});
