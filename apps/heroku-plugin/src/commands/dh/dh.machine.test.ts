import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HerokuWorld } from '../../../../local-cloud/src/heroku/testing/heroku-world.js';
import { cliEnvironment, runCli } from '../../../../local-cloud/src/heroku/testing/run-cli.js';
import { pluginFolder } from '../../testing/built-plugin.js';
import { CountingProxy } from '../../testing/counting-proxy.js';
import { writeFakeClient } from '../../testing/fake-client.js';
import { StandInApi } from '../../testing/stand-in-api.js';
import { StandInHost } from '../../testing/stand-in-host.js';
import { unwrapped } from '../../testing/unwrapped.js';

const canary = 'canary-5b1e7a90';

describe('heroku dh:*', () => {
  const api = new StandInApi();
  const host = new StandInHost();
  const proxy = new CountingProxy();
  let world: HerokuWorld;
  let home: string;
  let project: string;
  let environment: Record<string, string>;

  beforeAll(async () => {
    [world] = await Promise.all([HerokuWorld.start(), api.start()]);
    await Promise.all([host.start(api.authority), proxy.start(world.heroku.url)]);
    home = await mkdtemp(join(tmpdir(), 'dh-home-'));
    const base = cliEnvironment(proxy.url, home);
    environment = { ...base, PATH: `${base['PATH'] ?? ''}:/usr/local/bin` };
    await ok('plugins:link', '--no-install', pluginFolder);
    await world.as('POST', '/apps', { name: 'acme' });
  });
  afterAll(async () => {
    await Promise.all([proxy.stop(), world.stop(), api.stop(), host.stop()]);
    await rm(home, { recursive: true, force: true });
  });
  beforeEach(async () => {
    Object.assign(api, { dockerHost: host.dockerHost, failWith: null, lifetimeMs: 12 * 3_600_000 });
    api.status = { ...api.status, status: 'running', reason: null };
    api.requests.length = 0;
    host.revoked.clear();
    project = await mkdtemp(join(home, 'project-'));
    await rm(join(home, 'data', 'heroku', 'dockhero'), { recursive: true, force: true });
    await config({
      DOCKHERO_CONFIG_URL: api.configUrl,
      DOCKHERO_HOST: 'h.example',
      DOCKHERO_FLEXIBLE_SSL_URL: 'https://f.example',
      CANARY: canary,
    });
  });

  const config = (vars: Record<string, string | null>) => world.as('PATCH', '/apps/acme/config-vars', vars);
  const run = (args: string[], extra: Record<string, string> = {}) =>
    runCli({ ...environment, HEROKU_APP: 'acme', ...extra }, args, project);
  async function ok(...args: string[]): Promise<string> {
    const { code, out, err } = await run(args);
    if (code !== 0) throw new Error(`heroku ${args.join(' ')} exited ${String(code)}: ${err}`);
    return out;
  }

  /** A docker-compose that tells what it was called with; `docker compose` is not there. */
  async function fakeCompose(body: string): Promise<Record<string, string>> {
    return { PATH: `${await writeFakeClient(project, 'docker-compose', body)}:${environment['PATH'] ?? ''}` };
  }

  it('reaches Docker with a certificate of its own, and the next time without asking anybody', async () => {
    expect(await ok('dh:docker', 'version', '--format', '{{.Server.Version}}')).toBe('28.2.2\n');
    expect(api.issued.at(-1)?.label).toMatch(/^dev@example\.com on /);
    expect(proxy.requests).toEqual(expect.arrayContaining(['GET /apps/acme/config-vars', 'GET /account']));
    proxy.requests.length = 0;
    await ok('dh:docker', 'version');
    expect(api.requests).toEqual(['POST /certificates']);
    expect(proxy.requests).toEqual([]);
  });

  it('passes on arguments and exit codes as they are', async () => {
    const body = 'for word; do printf "[%s]" "$word"; done; exit 42';
    const bin = await writeFakeClient(project, 'docker', body);
    const { code, out } = await run(['dh:docker', 'run', '-a', 'x y', '--app', 'acme', '', '--', '--app', 'z'], {
      PATH: `${bin}:${environment['PATH'] ?? ''}`,
    });
    expect([code, out]).toEqual([42, '[run][-a][x y][][--][--app][z]']);
    expect((await run(['dh:docker', '--', 'run', '--help'], { PATH: `${bin}:${environment['PATH'] ?? ''}` })).out).toBe('[run][--help]');
  });

  it('says where to get docker when there is none', async () => {
    const { code, err } = await run(['dh:docker', 'ps'], { PATH: (environment['PATH'] ?? '').replaceAll(/:\/usr\/(local\/)?bin/g, '') });
    expect(code).toBe(127);
    expect(err).toContain('https://docs.docker.com/get-docker/');
  });

  it('explains a revoked certificate, and the next call has a new one', async () => {
    await ok('dh:docker', 'ps');
    const { serial = '' } = api.issued.at(-1) ?? {};
    host.revoked.add(serial);
    const { code, err } = await run(['dh:docker', 'ps']);
    expect(code).not.toBe(0);
    expect(unwrapped(err)).toContain("The host refused this machine's certificate: it was revoked or has expired. Run the command again");
    await ok('dh:docker', 'ps');
    expect(api.issued.at(-1)?.serial).not.toBe(serial);
  });

  it('replaces an expired certificate without a word', async () => {
    api.lifetimeMs = 30_000;
    await ok('dh:docker', 'ps');
    api.lifetimeMs = 12 * 3_600_000;
    const { code, err } = await run(['dh:docker', 'ps']);
    expect([code, err.replaceAll(/.*Warning: @dockhero.*\n.*\n/g, '')]).toEqual([0, '']);
    expect(api.requests).toEqual(['POST /certificates', 'POST /certificates']);
  });

  it('asks which when the app has two add-ons, and reaches either', async () => {
    const one = await world.addon({ attachment: { name: 'DOCKHERO' } });
    await world.partner.finish(one.id, { DOCKHERO_CONFIG_URL: api.configUrl, DOCKHERO_HOST: 'h1.example' });
    const two = await world.addon({ attachment: { name: 'BLUE' } });
    await world.partner.finish(two.id, { DOCKHERO_CONFIG_URL: `${api.configUrl}0`, DOCKHERO_HOST: 'h2.example' });
    const { code, err } = await run(['dh:open', '--show-url']);
    expect(code).toBe(1);
    expect(err).toContain('--addon NAME');
    expect(err).toMatch(/--addon BLUE {2}\(.*\)/);
    expect(await ok('dh:open', '8080', '--show-url', '--addon', 'blue')).toBe('http://h2.example:8080\n');
    expect(await ok('dh:open', '--show-url', '--addon', one.name)).toBe('http://h1.example\n');
    expect(await ok('dh:env', '--unset', '--addon', 'blue')).toContain('# eval "$(heroku dh:env --app acme --addon blue --unset)"');
    for (const { name } of [one, two]) await world.as('DELETE', `/apps/acme/addons/${name}`, {});
  });

  it('gives compose variables of the shell over those of Heroku, and none of Heroku that could lead it astray', async () => {
    await writeFile(
      join(project, 'dockhero-compose.yml'),
      'services: {web: {image: "$A", env_file: web.env, environment: ["B=${B}", CANARY, "U=${HEROKU_APP_URL}"]}}\n',
    );
    await writeFile(join(project, 'web.env'), 'IN_FILE\nOWN=x\n');
    await config({
      A: 'heroku',
      B: 'heroku',
      IN_FILE: 'heroku',
      UNNAMED: 'heroku',
      LD_PRELOAD: '/nowhere.so',
      DOCKER_HOST: 'tcp://evil:2376',
      PYTHONPATH: '/evil',
    });
    const path = await fakeCompose(
      'echo "$@"; env | grep -E "^(A|B|IN_FILE|UNNAMED|CANARY|HEROKU_APP_URL|LD_PRELOAD|DOCKER_HOST|PYTHONPATH|DOCKER_TLS_VERIFY)=" | sort',
    );
    const { code, out } = await run(['dh:compose', 'up', '-d'], { ...path, B: 'shell' });
    expect(code).toBe(0);
    expect(out.split('\n')).toEqual([
      '--file dockhero-compose.yml -p dockhero up -d',
      'A=heroku',
      'B=shell',
      `CANARY=${canary}`,
      `DOCKER_HOST=${host.dockerHost}`,
      'DOCKER_TLS_VERIFY=1',
      'HEROKU_APP_URL=https://acme.herokuapp.com/',
      'IN_FILE=heroku',
      '',
    ]);
    await config({ A: null, B: null, IN_FILE: null, UNNAMED: null, LD_PRELOAD: null, DOCKER_HOST: null, PYTHONPATH: null });
  });

  it('names all that is missing at once for `up`, and lets `ps` through', async () => {
    await writeFile(join(project, 'dockhero-compose.yml'), 'services: {web: {image: "$MISSING_ONE", command: "${MISSING_TWO:?who?}"}}\n');
    const path = await fakeCompose('echo "$@"');
    const { code, err } = await run(['dh:compose', 'up'], path);
    expect(code).toBe(1);
    for (const word of ['MISSING_ONE', 'MISSING_TWO', 'who?', 'heroku config:set']) expect(err).toContain(word);
    expect(await run(['dh:compose', 'ps'], path)).toMatchObject({ code: 0, out: '--file dockhero-compose.yml -p dockhero ps\n' });
  });

  it('tells how to get a stackfile when there is none', async () => {
    const { code, err } = await run(['dh:compose', 'ps']);
    expect(code).toBe(1);
    expect(unwrapped(err)).toContain('heroku dh:generate helloworld');
  });

  it('keeps secrets out of arguments, output and debug output, and the Heroku token from our API', async () => {
    await writeFile(join(project, 'dockhero-compose.yml'), 'services: {web: {image: "${CANARY}"}}\n');
    const path = await fakeCompose('for one in /proc/[0-9]*/cmdline; do tr "\\0" " " < "$one"; echo; done > commands; echo ran');
    const { code, out, err } = await run(['dh:compose', 'up'], { ...path, HEROKU_DEBUG: '1', HEROKU_DEBUG_HEADERS: '1', DEBUG: '*' });
    expect([code, out]).toEqual([0, 'ran\n']);
    expect(err).toContain('/apps/acme/config-vars');
    const key = await readKey();
    const commands = await readFile(join(project, 'commands'), 'utf8');
    expect(commands).toContain('docker-compose');
    for (const secret of [canary, api.token, key.split('\n')[1] ?? '?', 'HRKU-test']) {
      expect(commands).not.toContain(secret);
      expect(out + err).not.toContain(secret);
    }
    expect(JSON.stringify(api.headers)).not.toMatch(/authorization|HRKU/i);
  });

  async function readKey(): Promise<string> {
    const connections = join(home, 'data', 'heroku', 'dockhero', 'connections');
    const files = await readdir(connections, { recursive: true });
    return readFile(join(connections, files.find((name) => name.endsWith('key.pem')) ?? ''), 'utf8');
  }

  it('lists, revokes and rotates certificates, and only after a confirmation', async () => {
    await ok('dh:docker', 'ps');
    const { serial = '' } = api.issued.at(-1) ?? {};
    expect(await ok('dh:certs')).toMatch(new RegExp(`${serial} +dev@example\\.com on .*\\(this one\\).*expires in 12 h`));
    expect(await ok('dh:certs:revoke', serial)).toContain(`Revoked ${serial}`);
    const refused = await run(['dh:certs:rotate']);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('--confirm acme');
    expect((await run(['dh:certs:rotate', '--confirm', 'other'])).code).toBe(1);
    expect(api.rotations).toBe(0);
    expect(await ok('dh:certs:rotate', '--keep-url', '--confirm', 'acme')).toMatch(/Revoked \d+ certificates?; the hosts refuse/);
    expect(api.rotations).toBe(0);
    const old = api.configUrl;
    api.publish = (url) => config({ DOCKHERO_CONFIG_URL: url });
    expect(await ok('dh:certs:rotate', '--confirm', 'acme')).toContain('DOCKHERO_CONFIG_URL is replaced');
    expect([api.rotations, api.configUrl === old]).toEqual([1, false]);
    expect(api.issued.every(({ revokedAt }) => revokedAt !== null)).toBe(true);
    expect(await ok('dh:certs:bundle', 'off')).toContain('The long-lived bundle is off.');
    expect(api.bundleEnabled).toBe(false);
    const unknown = await run(['dh:certs:revoke', 'abc']);
    expect([unknown.code, unknown.err]).toEqual([1, expect.stringContaining('There is no such certificate.')]);
  });

  it('shows the status, and waits with a line of JSON for each step', async () => {
    expect(await ok('dh:status')).toMatch(/=== DOCKHERO on acme\n\nStatus: +running\n/);
    expect(JSON.parse(await ok('dh:status', '--json'))).toMatchObject({ status: 'running', app: 'acme', host: 'h.example' });
    expect(
      (await ok('dh:wait', '--json'))
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toMatchObject([{ status: 'running' }]);
    api.status = { ...api.status, status: 'failed', reason: 'No room at AWS.' };
    const { code, err } = await run(['dh:wait']);
    expect([code, unwrapped(err)]).toEqual([1, expect.stringContaining('Sorry, add-on provisioning failed. No room at AWS.')]);
  });

  it('prints an environment that a shell can take', async () => {
    const lines = await ok('dh:env');
    await writeFile(join(project, 'try.sh'), `${lines}\ndocker version --format '{{.Server.Version}}'\n`);
    const { runProgram } = await import('../../testing/run-program.js');
    expect((await runProgram('sh', ['try.sh'], { env: environment, cwd: project })).out).toBe('28.2.2\n');
    expect(await ok('dh:env', '--unset')).toContain('unset DOCKER_HOST');
    expect(await ok('dh:sh', '-c', 'echo $DOCKER_HOST')).toBe(`${host.dockerHost}\n`);
  });

  it('deploys with the variables of .env too, and refuses what docker would misread', async () => {
    await writeFile(join(project, '.env'), 'FROM_FILE=file\n');
    await writeFile(join(project, 'dockhero-compose.yml'), 'version: "3.7"\nservices: {web: {image: "x:${FROM_FILE}-${CANARY}"}}\n');
    const docker = { PATH: `${await writeFakeClient(project, 'docker', 'echo "$* $FROM_FILE $CANARY"')}:${environment['PATH'] ?? ''}` };
    expect(await run(['dh:deploy', '--prune'], docker)).toMatchObject({
      code: 0,
      out: `stack deploy --compose-file dockhero-compose.yml dockhero --prune file ${canary}\n`,
    });
    await writeFile(join(project, 'dockhero-compose.yml'), 'version: "3.7"\nservices: {web: {image: "x:${A:+b}"}}\n');
    const { code, err } = await run(['dh:deploy'], docker);
    expect([code, err]).toEqual([1, expect.stringContaining('dockhero-compose.yml:2 web.image')]);
    const volumes = 'volumes: {data: {driver: dockhero, driver_opts: {Size: 20}}}';
    await writeFile(join(project, 'dockhero-compose.yml'), `services: {web: {image: x}}\n${volumes}\n`);
    const warned = await run(['dh:deploy'], docker);
    expect([warned.code, warned.err]).toEqual([0, expect.stringContaining('dockhero-compose.yml:2 volumes.data.driver_opts.Size')]);
  });

  it('makes the image for a shell on the host out of nothing, once, and runs one line in it', async () => {
    const body = `
      case "$1" in
        image) cat images 2>/dev/null; true ;;
        import) wc -c > imported; echo 1 > images ;;
        run) for word; do echo "$word"; done; exit 4 ;;
      esac`;
    const docker = { PATH: `${await writeFakeClient(project, 'docker', body)}:${environment['PATH'] ?? ''}` };
    const { code, out } = await run(['dh:ssh', '--', 'df', '-h |', 'wc -l'], docker);
    expect(code).toBe(4);
    expect(out.trim().split('\n').slice(-7)).toEqual([
      'dockhero/host-shell:1',
      '/usr/sbin/chroot',
      '/host',
      '/bin/bash',
      '--login',
      '-c',
      'df -h | wc -l',
    ]);
    expect(out).not.toContain('--tty');
    expect((await readFile(join(project, 'imported'), 'utf8')).trim()).toBe('1024');
    await rm(join(project, 'imported'));
    await run(['dh:ssh'], docker);
    expect(await readdir(project)).not.toContain('imported');
  });
});
