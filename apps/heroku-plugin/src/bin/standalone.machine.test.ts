import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtBinary } from '../testing/built-plugin.js';
import { writeFakeClient } from '../testing/fake-client.js';
import { type Ended, runProgram } from '../testing/run-program.js';
import { StandInApi } from '../testing/stand-in-api.js';
import { StandInHost } from '../testing/stand-in-host.js';

describe('dh-docker and dh-compose on a dyno', () => {
  const api = new StandInApi();
  const host = new StandInHost();
  let home: string;
  let dyno: Record<string, string>;

  beforeAll(async () => {
    await api.start();
    await host.start(api.authority);
    api.dockerHost = host.dockerHost;
    home = await mkdtemp(join(tmpdir(), 'dyno-'));
    dyno = {
      PATH: '/usr/local/bin:/usr/bin:/bin',
      HOME: home,
      DYNO: 'release.1',
      HEROKU_APP_NAME: 'review-7',
      DOCKHERO_CONFIG_URL: api.configUrl,
      DOCKHERO_HOST: 'h.example',
    };
  });
  afterAll(async () => {
    await Promise.all([api.stop(), host.stop()]);
    await rm(home, { recursive: true, force: true });
  });

  const run = (name: 'dh-compose' | 'dh-docker', args: string[], extra: Record<string, string> = {}): Promise<Ended> =>
    runProgram(process.execPath, [builtBinary(name), ...args], { env: { ...dyno, ...extra }, cwd: home });

  it('reach Docker with nothing but the environment, and keep what they got', async () => {
    expect(await run('dh-docker', ['version', '--format', '{{.Server.Version}}'])).toMatchObject({ code: 0, out: '28.2.2\n', err: '' });
    expect(api.issued.at(-1)?.label).toMatch(/^dyno release\.1 on /);
    expect((await run('dh-docker', ['ps', '-q'])).code).toBe(0);
    expect(api.requests).toEqual(['POST /certificates']);
  });

  it('pass on exit codes', async () => {
    const bin = await writeFakeClient(home, 'docker', 'exit 33');
    expect((await run('dh-docker', ['x'], { PATH: `${bin}:/usr/bin:/bin` })).code).toBe(33);
  });

  it('fill the stackfile from the dyno, and the URL from its name', async () => {
    await writeFile(
      join(home, 'dockhero-compose.yml'),
      'services: {web: {image: "x:${HEROKU_APP_NAME}", command: "${HEROKU_APP_URL} ${DOCKHERO_HOST}"}}\n',
    );
    const bin = await writeFakeClient(home, 'docker-compose', 'echo "$HEROKU_APP_NAME $HEROKU_APP_URL $DOCKHERO_HOST $*"');
    expect((await run('dh-compose', ['up', '-d'], { PATH: `${bin}:/usr/bin:/bin` })).out).toBe(
      'review-7 https://review-7.herokuapp.com/ h.example --file dockhero-compose.yml -p dockhero up -d\n',
    );
  });

  it('start nothing that needs room while the disk is full, unless they are told to', async () => {
    await writeFakeClient(home, 'docker', 'echo started');
    const bin = await writeFakeClient(home, 'docker-compose', 'echo started');
    const path = { PATH: `${bin}:/usr/bin:/bin` };
    await writeFile(join(home, 'dockhero-compose.yml'), 'services: {web: {image: x}}\n');
    api.monitoring.disks([0.99]);
    for (const [name, ...args] of [
      ['dh-docker', 'pull', 'x'],
      ['dh-compose', 'up', '-d'],
    ] as const) {
      const { code, out, err } = await run(name, args, path);
      expect([code, out, err]).toEqual([1, '', expect.stringContaining('99 % full')]);
      expect((await run(name, args, { ...path, DOCKHERO_DISK_CHECK: 'off' })).out).toContain('started');
    }
    expect((await run('dh-docker', ['system', 'prune', '--all'], path)).out).toBe('started\n');
    api.monitoring.hosts = [];
  });

  it('wait for an add-on that is still being created, then know its address', async () => {
    const { DOCKHERO_HOST: _, ...early } = dyno;
    api.status = { ...api.status, status: 'creating', step: 'docker answers', provision_eta: new Date(Date.now() + 5_000).toISOString() };
    await writeFile(
      join(home, 'dockhero-compose.yml'),
      'services: {web: {image: "x", command: "${DOCKHERO_HOST} ${DOCKHERO_FULL_SSL_URL}"}}\n',
    );
    const bin = await writeFakeClient(home, 'docker-compose', 'echo "$DOCKHERO_HOST $DOCKHERO_FULL_SSL_URL"');
    const running = runProgram(process.execPath, [builtBinary('dh-compose'), 'up'], {
      env: { ...early, PATH: `${bin}:/usr/bin:/bin`, XDG_DATA_HOME: join(home, 'another-dyno') },
      cwd: home,
    });
    await expect.poll(() => api.requests).toContain('GET /status');
    api.status = { ...api.status, status: 'running' };
    const { code, out, err } = await running;
    expect(err).toContain('Add-on provisioning will finish soon…');
    expect([code, out]).toEqual([0, '127.0.0.1 https://dockhero-curved-12345-full-ssl.edge.example\n']);
  });

  it('say what to do without DOCKHERO_CONFIG_URL, and for a flag that needs the CLI', async () => {
    const { DOCKHERO_CONFIG_URL: _, ...bare } = dyno;
    const without = await runProgram(process.execPath, [builtBinary('dh-docker'), 'ps'], { env: bare, cwd: home });
    expect([without.code, without.err]).toEqual([1, expect.stringContaining('DOCKHERO_CONFIG_URL is not set. Add the dockhero add-on')]);
    expect((await run('dh-docker', ['--app', 'x', 'ps'])).err).toContain('--app needs the Heroku CLI');
  });
});
