import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HerokuWorld } from '../../../../local-cloud/src/heroku/testing/heroku-world.js';
import { cliEnvironment, runCli } from '../../../../local-cloud/src/heroku/testing/run-cli.js';
import { pluginFolder } from '../../testing/built-plugin.js';
import { hostSeries } from '../../testing/host-series.js';
import { StandInApi } from '../../testing/stand-in-api.js';
import { StandInMonitoring } from '../../testing/stand-in-monitoring.js';
import { unwrapped } from '../../testing/unwrapped.js';

const licenseKey = `eu01xx${'0'.repeat(30)}NRAL`;

describe('heroku dh:* of monitoring, in the real CLI', () => {
  const api = new StandInApi();
  let world: HerokuWorld;
  let home: string;
  let environment: Record<string, string>;

  beforeAll(async () => {
    [world] = await Promise.all([HerokuWorld.start(), api.start()]);
    home = await mkdtemp(join(tmpdir(), 'dh-home-'));
    environment = { ...cliEnvironment(world.heroku.url, home), HEROKU_APP: 'acme' };
    await runCli(environment, ['plugins:link', '--no-install', pluginFolder], home);
    await world.as('POST', '/apps', { name: 'acme' });
    await world.as('PATCH', '/apps/acme/config-vars', { DOCKHERO_CONFIG_URL: api.configUrl, DOCKHERO_HOST: 'h.example' });
  });
  afterAll(async () => {
    await Promise.all([world.stop(), api.stop()]);
    await rm(home, { recursive: true, force: true });
  });
  beforeEach(() => void Object.assign(api.monitoring, new StandInMonitoring()));

  /** A command line of a shell: with a pipe, or on a terminal that `script` makes. */
  async function shell(line: string, extra: Record<string, string> = {}): Promise<{ code: number | null; out: string }> {
    const child = spawn('/bin/sh', ['-c', line], { env: { ...environment, ...extra }, cwd: home, stdio: ['ignore', 'pipe', 'pipe'] });
    const timer = setTimeout(() => child.kill('SIGKILL'), 60_000);
    let out = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (out += chunk.toString()));
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
    clearTimeout(timer);
    return { code, out };
  }

  it('reads a license key from standard input, and says when there is none', async () => {
    const { code, out } = await shell('printf "%s\\n" "$KEY" | heroku dh:newrelic:set', { KEY: licenseKey });
    expect([code, api.monitoring.newRelicKey, out]).toEqual([0, licenseKey, expect.stringContaining('region eu')]);
    expect(out).not.toContain(licenseKey);
    const none = await shell('heroku dh:newrelic:set < /dev/null');
    expect([none.code, unwrapped(none.out)]).toEqual([1, expect.stringContaining('No New Relic license key was given.')]);
  });

  it('reads a webhook’s URL from standard input where - stands for it', async () => {
    const { code, out } = await shell('echo https://hooks.example/canary | heroku dh:alerts:set slack=- mail=off');
    expect([code, api.monitoring.settings.slack_set, api.monitoring.settings.mails_enabled]).toEqual([0, true, false]);
    expect(out).not.toContain('canary');
  });

  it('draws a chart on a terminal, as wide as that is', async () => {
    const fromMs = Date.now() - 24 * 3_600_000;
    api.monitoring.hosts = [
      hostSeries(
        1,
        fromMs,
        300_000,
        Array.from({ length: 288 }, (_, at) => 0.5 + 0.4 * Math.sin(at / 30)),
      ),
    ];
    const { out } = await shell('script -qec "stty cols 60; heroku dh:metrics memory" /dev/null', { TERM: 'xterm', LANG: 'C.UTF-8' });
    const lines = out.split(/\r?\n/);
    expect(out).toMatch(/Memory: \d+ % of 2 GB now, lowest 10 %, highest 100 %/);
    expect(lines.filter((line) => /[\u2801-\u28ff]/.test(line))).toHaveLength(8);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(60);
    expect(lines.some((line) => line.includes('┼────'))).toBe(true);
  });
});
