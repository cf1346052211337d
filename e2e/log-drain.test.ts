import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerClient, dockerVariables } from './original-client.mjs';
import { SecondProcess } from './second-process.js';
import { System, eventually } from './system.js';

type Docker = (args: string[], timeoutMs?: number) => Promise<string>;

interface Counted {
  readonly first: number | null;
  readonly last: number | null;
  readonly received: number;
  readonly missing: number;
  readonly gaps: readonly (readonly [number, number])[];
  readonly duplicates: number;
  readonly outOfOrder: number;
}

const app = 'log-journey';
const stack = join(import.meta.dirname, 'dockhero-compose.yml');

/** Prints `NAME N` from 1 to `last`, with pauses: some tens of lines at once, a thousand a second or so. */
const counting = (name: string, last: number): string[] => [
  'sh',
  '-c',
  `i=0; while [ $i -lt ${String(last)} ]; do for j in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do i=$((i+1)); echo "${name} $i"; done; usleep 20000; done`,
];

describe('containers’ output in `heroku logs`', () => {
  let system: System;
  let docker: Docker;

  const control = (method: string, path: string, body?: unknown): Promise<unknown> => system.control(method, `/heroku${path}`, body);
  const logs = async (): Promise<string> => (await system.heroku(['logs', '-a', app, '-n', '1500'])).stdout;
  const shows = async (text: string | RegExp): Promise<string> =>
    await eventually(`${String(text)} in the log`, async () => {
      const all = await logs();
      return (typeof text === 'string' ? all.includes(text) : text.test(all)) && all;
    });
  const counted = async (source: string): Promise<Counted | undefined> =>
    ((await control('GET', `/apps/${app}/log-check`)) as { sources: Record<string, Counted> }).sources[source];
  const countsTo = async (source: string, last: number, deadlineMs = 90_000): Promise<Counted> =>
    await eventually(
      `${source} ${String(last)}`,
      async () => {
        const so = await counted(source);
        return so?.last === last && so.missing === 0 && so;
      },
      deadlineMs,
    );

  const largestBatch = async (): Promise<number> =>
    ((await control('GET', `/apps/${app}`)) as { logs: { largestBatchMessages: number } }).logs.largestBatchMessages;

  beforeAll(async () => {
    system = await System.start(9);
    mkdirSync(system.home, { recursive: true });
    await system.heroku(['apps:create', app]);
    await system.heroku(['addons:create', 'dockhero:hobby', '-a', app]);
    await system.heroku(['addons:wait', '-a', app, '--wait-interval', '1']);
    const url = (await system.configOf(app))['DOCKHERO_CONFIG_URL'] ?? '';
    const variables = (await dockerVariables(url, join(system.folder, 'machines'))) as Record<string, string>;
    docker = dockerClient({ ...variables, HEROKU_APP_NAME: app }, system.folder) as Docker;
    await docker(['pull', 'busybox']);
  });

  afterAll(async () => {
    await system.stop();
  });

  it('tells that the add-on is ready', async () => {
    expect(await shows('app[dockhero]: the add-on is ready')).toContain('app[dockhero]: Heroku asked for plan hobby');
  });

  it('a container’s lines are there under its name, with when it started and how it ended', async () => {
    await docker(['run', '--name', 'greeter', 'busybox', 'sh', '-c', 'echo out; echo err >&2; exit 3']).catch(() => '');
    const all = await shows('greeter exited with code 3');
    expect(all).toMatch(/app\[dockhero\.greeter\]: out/);
    expect(all).toMatch(/app\[dockhero\.greeter\]: err/);
    expect(all).toMatch(/app\[dockhero\]: greeter started/);
    expect(all).toMatch(/app\[dockhero\]: image pulled: busybox/);
  });

  it('a service of the Swarm has its name and number', async () => {
    await docker(['stack', 'deploy', '--compose-file', stack, 'dockhero']);
    await shows(/app\[dockhero\.web\.1\]: hello from /);
    await docker(['stack', 'rm', 'dockhero']);
    await shows(/app\[dockhero\]: web\.1 exited with code/);
  });

  it('what a container may print comes out right: terminals, long lines, colours, NUL, no UTF-8, nothing', async () => {
    const script = `printf 'red \\033[31mcolour\\033[0m\\n'; printf 'nul \\000 byte\\n'; printf 'bad \\377 byte\\n'; printf '\\n'; printf 'ü€😀\\n'; head -c 25000 /dev/zero | tr '\\0' x; echo ' long-end'`;
    await docker(['run', '--name', 'odd', 'busybox', 'sh', '-c', script]);
    await docker(['run', '-t', '--name', 'terminal', 'busybox', 'sh', '-c', 'tty; echo from a terminal']);
    const all = await shows('long-end');
    for (const text of ['red \u001b[31mcolour', 'nul \u2400 byte', 'bad \ufffd byte', 'app[dockhero.odd]: ü€😀'])
      expect(all).toContain(text);
    expect(all).toMatch(/app\[dockhero\.odd\]: x{9990,10000}…\n/);
    const terminal = await shows('from a terminal');
    expect(terminal).toMatch(/app\[dockhero\.terminal\]: \/dev\/(pts\/|console)/);
    expect(terminal).not.toContain('\r');
  });

  it('a container that is removed when it ends: its lines, or else that there were none to be had', async () => {
    await docker(['run', '--rm', '--name', 'fleeting', 'busybox', 'sh', '-c', 'echo here and gone; exit 4']).catch(() => '');
    expect(await shows('fleeting exited with code 4')).toMatch(/fleeting\]: here and gone|nothing it may have printed was read/);
  });

  it('nothing is lost or out of order while Logplex is away, answers 429, cuts connections or hangs', async () => {
    await control('POST', `/apps/${app}/log-check`, { pattern: String.raw`(outage) (\d+)$` });
    await docker(['run', '-d', '--name', 'outage', 'busybox', ...counting('outage', 12_000)]);
    for (const logplex of ['unavailable', 'rate_limit', 'reset', 'hang', 'good']) {
      await control('PATCH', '/switches', { logplex });
      await new Promise((resolve) => setTimeout(resolve, 2_500));
    }
    expect(await countsTo('outage', 12_000)).toMatchObject({ first: 1, missing: 0, duplicates: 0, outOfOrder: 0 });
  });

  it('a line that Logplex refuses costs that line, and it is told', async () => {
    await control('PATCH', '/switches', { logplexPoison: 'poison-pill' });
    await docker(['run', '--name', 'poisoned', 'busybox', 'sh', '-c', 'echo before; echo poison-pill; echo after']);
    const all = await shows('1 line was lost');
    expect(all).toMatch(/poisoned\]: before[\s\S]*poisoned\]: after/);
    await control('DELETE', '/switches');
  });

  it('a drain that is killed loses nothing; its successor repeats one batch at most', async () => {
    await control('POST', `/apps/${app}/log-check`, { pattern: String.raw`(killed) (\d+)$` });
    await docker(['run', '-d', '--name', 'killed', 'busybox', ...counting('killed', 20_000)]);
    for (let round = 0; round < 2; round += 1) {
      await eventually('some lines', async () => ((await counted('killed'))?.last ?? 0) > 1_000 + round * 2_000);
      await system.app.stopApp('log-drain', 'SIGKILL');
      await system.app.startApp('log-drain');
    }
    const { duplicates, ...rest } = await countsTo('killed', 20_000);
    expect(rest).toMatchObject({ first: 1, missing: 0, outOfOrder: 0 });
    expect(duplicates).toBeLessThanOrEqual(2 * (await largestBatch()));
  });

  it('a drain that is stopped hands over without a duplicate', async () => {
    await control('POST', `/apps/${app}/log-check`, { pattern: String.raw`(handed) (\d+)$` });
    await docker(['run', '-d', '--name', 'handed', 'busybox', ...counting('handed', 8_000)]);
    await eventually('some lines', async () => ((await counted('handed'))?.last ?? 0) > 500);
    await system.app.stopApp('log-drain');
    await system.app.startApp('log-drain');
    expect(await countsTo('handed', 8_000)).toMatchObject({ first: 1, missing: 0, duplicates: 0, outOfOrder: 0 });
  });

  it('another drain takes over within 15 s when the one that had the host dies', async () => {
    const second = new SecondProcess(system, 'log-drain', 'second', 7_300 + 9 * 40 + 30);
    let isKilled = false;
    try {
      await second.ready();
      const holder = async (): Promise<string> =>
        (await system.database.query<{ holder: string | null }>('SELECT holder FROM log_leases')).rows[0]?.holder ?? '';
      const first = await eventually('a holder', holder);
      await control('POST', `/apps/${app}/log-check`, { pattern: String.raw`(taken) (\d+)$` });
      await docker(['run', '-d', '--name', 'taken', 'busybox', ...counting('taken', 15_000)]);
      await eventually('some lines', async () => ((await counted('taken'))?.last ?? 0) > 500);
      const diedAt = Date.now();
      if (first.startsWith('second-')) await second.end('SIGKILL');
      else {
        isKilled = true;
        await system.app.stopApp('log-drain', 'SIGKILL');
      }
      await eventually('another holder', async () => ![first, ''].includes(await holder()), 15_000);
      expect(Date.now() - diedAt).toBeLessThan(15_000);
      const { duplicates, ...rest } = await countsTo('taken', 15_000);
      expect(rest).toMatchObject({ first: 1, missing: 0, outOfOrder: 0 });
      expect(duplicates).toBeLessThanOrEqual(await largestBatch());
    } finally {
      await second.end('SIGTERM');
      if (isKilled) await system.app.startApp('log-drain');
    }
  });

  it('a log that is rotated away before Logplex is back: as many lines are told lost as are missing, once', async () => {
    const notices = 'dockhero: at least|dockhero:|unknown';
    const pattern = String.raw`(${notices}|rotating)(?: number of lines lost between [-0-9]+T| )(\d+)`;
    await control('POST', `/apps/${app}/log-check`, { pattern });
    await control('PATCH', '/switches', { logplex: 'unavailable' });
    const padding = 'x'.repeat(200);
    const script = `i=0; while [ $i -lt 60000 ]; do i=$((i+1)); echo "rotating $i ${padding}"; [ $((i % 400)) -eq 0 ] && usleep 50000; done; sleep 60`;
    const options = ['--log-driver', 'local', '--log-opt', 'max-size=2m', '--log-opt', 'max-file=2'];
    await docker(['run', '-d', '--name', 'rotated', ...options, 'busybox', 'sh', '-c', script]);
    await eventually(
      'all lines written',
      async () => (await docker(['logs', '--tail', '1', 'rotated'])).includes('rotating 60000'),
      60_000,
    );
    await control('PATCH', '/switches', { logplex: 'good' });
    const so = await eventually('the last line', async () => {
      const one = await counted('rotating');
      return one?.last === 60_000 && one;
    });
    expect(so.missing).toBeGreaterThan(1_000);
    // The notice, in the container's own log: `dockhero: N lines lost between A and B`. Where more was gone than anybody had seen nobody can know
    // all: then it says so (`at least N`, `an unknown number`), and never tells more than there were.
    const [told, inPart, unknown] = await Promise.all(['dockhero:', 'dockhero: at least', 'unknown'].map((source) => counted(source)));
    if (inPart || unknown) expect((inPart?.last ?? 0) + (told?.last ?? 0)).toBeLessThanOrEqual(so.missing);
    else expect(told).toMatchObject({ received: 1, last: so.missing });
    expect(so).toMatchObject({ first: 1, outOfOrder: 0, duplicates: 0 });
    await docker(['rm', '-f', 'rotated']);
  });

  it('dockerd killed under load, and the host rebooted: what is in the log file is delivered', async () => {
    await system.linkPlugin();
    await control('POST', `/apps/${app}/log-check`, { pattern: String.raw`(survivor) (\d+)$` });
    for (const [round, disaster] of ['systemctl kill --signal=KILL docker; sleep 1; systemctl start docker', 'reboot'].entries()) {
      const name = `survivor-${String(round)}`;
      await docker(['run', '-d', '--name', name, 'busybox', ...counting('survivor', 60_000)]);
      await eventually('some lines', async () => ((await counted('survivor'))?.last ?? 0) > 1_000);
      await system.heroku(['dh:ssh', '-a', app, '--', disaster], { allowFailure: true });
      const written = await eventually(
        'the log file',
        async () => (await docker(['logs', name])).split('\n').filter((line) => line.startsWith('survivor')),
        120_000,
      );
      const so = await eventually('what was written', async () => {
        const one = await counted('survivor');
        return one && one.received - one.duplicates >= written.length && one;
      });
      // What dockerd had read and not written when it was killed is in no file.
      const last = Number(written.at(-1)?.split(' ').at(-1));
      expect(so).toMatchObject({ first: 1, last, received: written.length + so.duplicates, missing: last - written.length });
      await control('POST', `/apps/${app}/log-check`, { pattern: String.raw`(survivor) (\d+)$` });
    }
  });

  it('a log input that Heroku changes is found anew', async () => {
    await control('POST', `/addons/dockhero/log-token/rotate`).catch(() => null);
    const [id] = await system.resourceIds();
    await control('POST', `/addons/${id ?? ''}/log-token/rotate`);
    await docker(['run', '--name', 'rekeyed', 'busybox', 'echo', 'after the rotation']);
    await shows('after the rotation');
  });

  it('neither log input nor tokens are in the drain’s own log', () => {
    const own = readFileSync(join(system.folder, 'logs', 'log-drain.log'), 'utf8');
    expect(own).toContain('log drain follows');
    expect(own).not.toMatch(/token:t\.|t\.[0-9a-f]{8}-/);
  });
});
