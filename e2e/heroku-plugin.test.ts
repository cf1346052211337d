import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unwrapped } from '../apps/heroku-plugin/src/testing/unwrapped.js';
import { toolEnvironment } from '../scripts/bootstrap/toolchain.mjs';
import { pluginFolder } from '../scripts/demo/heroku-cli.mjs';
import { System, eventually, type CliOptions, type CliResult } from './system.js';

const app = 'plugin-journey';
const canary = 'canary-7f3c9d';

/** One customer with one terminal: the real CLI with our plugin, in a project of its own. */
describe('a customer with the plugin', () => {
  let system: System;
  let project: string;

  const heroku = (args: string[], options: CliOptions = {}): Promise<CliResult> => system.heroku(args, { cwd: project, ...options });
  const dh = (command: string, args: string[] = [], options: CliOptions = {}): Promise<CliResult> =>
    heroku([`dh:${command}`, ...args], { ...options, env: { HEROKU_APP: app, ...options.env } });
  /** Asked each time: a test that fails takes no other with it. */
  const host = async (): Promise<string> => (await system.configOf(app))['DOCKHERO_HOST'] ?? 'no-host.invalid';
  /** What `heroku dh:env` would give a shell. */
  const exported = async (): Promise<Record<string, string>> => exports((await dh('env')).stdout);

  beforeAll(async () => {
    system = await System.start(6);
    project = mkdtempSync(join(system.folder, 'project-'));
    mkdirSync(system.home, { recursive: true });
    await system.linkPlugin();
    await heroku(['apps:create', app]);
  });

  afterAll(async () => {
    await system.stop();
  });

  it('without the add-on: is told how to get one', async () => {
    const { code, stderr } = await dh('docker', ['ps'], { allowFailure: true });
    expect(code).toBe(1);
    expect(stderr).toContain('heroku addons:create dockhero');
  });

  it('`dh:wait` shows the steps of provisioning and ends when the add-on is ready', async () => {
    // No room at AWS until a step was shown: else the host could be there before the CLI has started.
    await system.control('POST', '/aws/capacity', { left: 0 });
    await heroku(['addons:create', 'dockhero:hobby', '-a', app]);
    let shown = '';
    const waiting = dh('wait', [], { allowFailure: true, onOutput: (text) => (shown += text) });
    try {
      await eventually('a step to be shown', () => Promise.resolve(shown.includes('launch hosts')));
    } finally {
      await system.control('DELETE', '/aws/faults');
    }
    const { code, stderr } = await waiting;
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/will finish soon… [^]*The add-on is running\.\n$/) });
    expect(await system.configOf(app)).toHaveProperty('DOCKHERO_HOST');
  });

  it('`dh:wait` says so when the add-on runs already, as JSON on demand', async () => {
    expect((await dh('wait')).stderr).toContain('The add-on is running.');
    const { stdout } = await dh('wait', ['--json']);
    expect(JSON.parse(stdout)).toMatchObject({ status: 'running' });
  });

  it('`dh:generate helloworld` writes a stackfile, which `dh:compose up -d` runs with an image from the registry', async () => {
    const written = await dh('generate', ['helloworld']);
    expect(`${written.stdout}${written.stderr}`).toContain('Stack generated');
    await dh('compose', ['up', '-d']);
    expect(await page(await host())).toContain('Hello');
  });

  it('config vars reach the stack: shell over Heroku over .env, whatever is missing is named, and a command that needs none still works', async () => {
    writeFileSync(join(project, 'dockhero-compose.yml'), stackfile);
    const missing = await dh('compose', ['up', '-d'], { allowFailure: true });
    expect(missing.code).toBe(1);
    expect(missing.stderr).toContain('GREETING');
    expect(missing.stderr).toContain('SIGNATURE');
    expect(missing.stderr).toContain('heroku config:set');
    expect((await dh('compose', ['ps'])).code).toBe(0);

    await heroku(['config:set', 'GREETING=from-heroku', `PASSED=${canary}`, 'PATH=/nowhere', 'LD_PRELOAD=/nowhere.so', '-a', app]);
    writeFileSync(join(project, '.env'), 'SIGNATURE=from-dotenv\nGREETING=from-dotenv\n');
    await dh('compose', ['up', '-d']);
    const page = `http://${await host()}/cgi-bin/env`;
    const variables = await eventually('the environment page', async () => {
      const text = await get(page);
      return text.includes('GREETING=') && text;
    });
    expect(variables).toContain('GREETING=from-heroku');
    expect(variables).toContain('SIGNATURE=from-dotenv');
    expect(variables).toContain(`PASSED=${canary}`);
    expect(variables).toContain(`APP=${app}`);
    await dh('compose', ['up', '-d'], { env: { GREETING: 'from-shell' } });
    await eventually('the shell’s value', async () => (await get(page)).includes('GREETING=from-shell'));
  });

  it('`ps`, `logs` and `exec` work, with a terminal too', async () => {
    expect((await dh('compose', ['ps'])).stdout).toContain('web');
    await eventually('the first line of its log', async () => (await dh('compose', ['logs', 'web'])).stdout.includes('hello from'));
    expect((await dh('compose', ['exec', '-T', 'web', 'echo', 'no terminal'])).stdout).toContain('no terminal');
    const shell = new Terminal(system, project, 'dh:compose exec web sh');
    await eventually('a prompt', () => Promise.resolve(shell.output.includes('#')));
    shell.press('tty; exit 5\r');
    expect(await shell.ended).toBe(5);
    expect(shell.output).toMatch(/\/dev\/(pts\/|console)/);
  });

  it('what goes in by a pipe comes out, and its end is passed on', async () => {
    const { stdout } = await dh('docker', ['run', '--rm', '-i', 'busybox', 'wc', '-c'], { input: 'x'.repeat(100_000) });
    expect(stdout.trim()).toBe('100000');
  });

  it('exit codes are docker’s', async () => {
    expect((await dh('docker', ['run', '--rm', 'busybox', 'sh', '-c', 'exit 7'], { allowFailure: true })).code).toBe(7);
    expect((await dh('compose', ['exec', '-T', 'web', 'sh', '-c', 'exit 9'], { allowFailure: true })).code).toBe(9);
    expect((await dh('docker', ['no-such-command'], { allowFailure: true })).code).not.toBe(0);
    expect((await dh('docker', ['ps', '-a', '--app', app], { env: { HEROKU_APP: '' } })).code).toBe(0);
  });

  it('`dh:docker build` sends a local folder to the host', async () => {
    writeFileSync(join(project, 'Dockerfile'), 'FROM busybox\nCOPY secret.txt /secret.txt\nCMD ["cat", "/secret.txt"]\n');
    writeFileSync(join(project, 'secret.txt'), 'built on the host\n');
    await dh('docker', ['build', '-t', 'journey', '.']);
    expect((await dh('docker', ['run', '--rm', 'journey'])).stdout).toContain('built on the host');
  });

  it('`dh:sh` is a shell with docker set up, and `dh:env` gives the same to one that runs', async () => {
    expect((await dh('sh', ['-c', 'docker ps --format "{{.Names}}"'], { env: { SHELL: '/bin/sh' } })).stdout).toContain('web');
    const { DOCKER_HOST, DOCKER_TLS_VERIFY, DOCKER_CERT_PATH } = await exported();
    expect([DOCKER_HOST, DOCKER_TLS_VERIFY]).toEqual([`tcp://${await host()}:2376`, '1']);
    expect(readFileSync(join(DOCKER_CERT_PATH ?? '', 'key.pem'), 'utf8')).toContain('PRIVATE KEY');
  });

  it('`dh:ssh` is a root shell on the host, without any image from outside', async () => {
    await dh('docker', ['image', 'rm', '-f', 'dockhero/host-shell:1'], { allowFailure: true });
    const { stdout } = await dh('ssh', ['--', 'id -u; systemctl is-active docker dockhero-gate; ls /etc/dockhero']);
    expect(stdout).toContain('0\nactive\nactive\n');
    expect(stdout).toContain('tls');
  });

  it('`dh:open` without a browser prints where', async () => {
    const { stdout, stderr } = await dh('open', ['8080', '--show-url'], { allowFailure: true });
    expect(`${stdout}${stderr}`).toContain(`http://${await host()}:8080`);
  });

  it('Ctrl-C stops a stack in the foreground and nothing of ours stays behind', async () => {
    await dh('compose', ['down']);
    const shown = new Terminal(system, project, 'dh:compose up');
    await eventually('the stack in the foreground', () => Promise.resolve(shown.output.includes('Attaching to')));
    shown.press('\u0003');
    await shown.ended;
    expect(shown.output).toContain('Stopping');
    expect((await dh('docker', ['ps', '-q'])).stdout.trim()).toBe('');
  });

  it('`dh:deploy` runs the same stackfile as a stack of the Swarm', async () => {
    await dh('compose', ['up', '-d']);
    const twice = await dh('deploy', [], { allowFailure: true });
    expect([twice.code, unwrapped(twice.stderr)]).toEqual([
      1,
      expect.stringContaining(`heroku dh:compose down --app ${app} ends its containers`),
    ]);
    await dh('compose', ['down']);
    await dh('deploy');
    const both = await dh('compose', ['up', '-d'], { allowFailure: true });
    expect([both.code, unwrapped(both.stderr)]).toEqual([
      1,
      expect.stringContaining(`heroku dh:docker stack rm dockhero --app ${app} ends its`),
    ]);
    expect((await dh('docker', ['stack', 'services', 'dockhero', '--format', '{{.Name}}'])).stdout).toContain('dockhero_web');
    const page = `http://${await host()}/cgi-bin/env`;
    await eventually('the stack’s variables', async () => (await get(page)).includes('SIGNATURE=from-dotenv'));
  });

  it('secrets are in no output of ours, also when it explains itself', async () => {
    const { stdout, stderr } = await dh('compose', ['config', '--quiet'], { env: { DEBUG: '*', HEROKU_DEBUG: '1' } });
    expect(stderr).toContain('/config-vars'); // it was read, and it did explain itself
    const token = new URL((await system.configOf(app))['DOCKHERO_CONFIG_URL'] ?? '').pathname.slice(3);
    for (const secret of [canary, token]) expect(`${stdout}${stderr}`).not.toContain(secret);
  });

  it('a revoked certificate opens nothing within 60 s, not even what was open; the stack runs on and a new certificate comes unseen', async () => {
    const old = await exported();
    expect((await plainDocker(old, ['ps', '-q'])).code).toBe(0);
    const open = spawn('docker', ['events'], { env: { ...process.env, ...old }, stdio: 'ignore' });
    const openEnded = new Promise<number>((resolve) => open.on('exit', () => resolve(Date.now())));
    const list = (await dh('certs')).stdout;
    expect(list).toMatch(/[0-9a-f]{32}/);
    const oldUrl = (await system.configOf(app))['DOCKHERO_CONFIG_URL'] ?? '';

    const revokedAt = Date.now();
    await dh('certs:rotate', ['--confirm', app]);
    await eventually('the old certificate to be refused', async () => (await plainDocker(old, ['ps', '-q'])).code !== 0, 60_000);
    expect((await openEnded) - revokedAt).toBeLessThan(60_000);
    expect(Date.now() - revokedAt).toBeLessThan(60_000);
    expect(await get(`http://${await host()}/`)).toContain('Hello');

    await eventually(
      'the new URL on the app',
      async () => ((await system.configOf(app))['DOCKHERO_CONFIG_URL'] ?? oldUrl) !== oldUrl,
      30_000,
    );
    await eventually('the end of the old URL', async () => (await fetch(oldUrl)).status === 404, 30_000);
    expect((await dh('docker', ['ps', '--format', '{{.Names}}'])).stdout).toContain('web');
    expect((await exported())['DOCKER_CERT_PATH']).not.toBe(old['DOCKER_CERT_PATH']);
  });

  it('`dh:status` and `dh:doctor` say that all is well', async () => {
    expect(JSON.parse((await dh('status', ['--json'])).stdout)).toMatchObject({ status: 'running' });
    const doctor = await dh('doctor', [], { allowFailure: true });
    expect(`${doctor.stdout}${doctor.stderr}`).toContain('✓');
    expect(doctor.code).toBe(0);
  });

  it('two add-ons on one app: it asks which, and `--addon` takes either', async () => {
    await heroku(['addons:create', 'dockhero:hobby', '-a', app, '--as', 'SECOND']);
    await heroku(['addons:wait', '-a', app, '--wait-interval', '1']);
    // A colleague's machine: what is cached on this one goes on to mean the first for commands that ask Heroku nothing.
    const elsewhere = { XDG_DATA_HOME: join(system.folder, 'elsewhere') };
    await heroku(['plugins:link', '--no-install', pluginFolder], { env: elsewhere });
    const which = await dh('docker', ['ps'], { allowFailure: true, env: elsewhere });
    expect(which.code).toBe(1);
    expect(which.stderr).toContain('--addon');
    expect(which.stderr).toContain('SECOND');
    // This machine too, as soon as a command reads the config vars.
    const here = await dh('compose', ['config', '--quiet'], { allowFailure: true });
    expect([here.code, here.stderr]).toEqual([1, expect.stringContaining('--addon SECOND')]);
    const config = await system.configOf(app);
    for (const [name, variable] of [
      ['SECOND', 'SECOND_HOST'],
      ['DOCKHERO', 'DOCKHERO_HOST'],
    ] as const) {
      expect(exports((await dh('env', ['--addon', name])).stdout)['DOCKER_HOST']).toBe(`tcp://${config[variable]}:2376`);
    }
    expect((await dh('docker', ['ps', '-q', '--addon', 'SECOND'])).stdout.trim()).toBe('');
  });
});

const stackfile = `version: '3.7'
services:
  web:
    image: dockhero/dockhero-docs:hello
    environment:
      GREETING: \${GREETING}
      SIGNATURE: '\${SIGNATURE:?who signs?}'
      APP: \${HEROKU_APP_NAME}
      PASSED:
    ports:
      - target: 8080
        published: 80
        mode: host
    deploy:
      endpoint_mode: dnsrr
`;

function exports(text: string): Record<string, string> {
  return Object.fromEntries([...text.matchAll(/^export (\w+)=["'](.*)["']$/gm)].map(([, name, value]) => [name ?? '', value ?? '']));
}

async function get(url: string): Promise<string> {
  return await (await fetch(url, { signal: AbortSignal.timeout(5_000) })).text();
}

async function page(host: string): Promise<string> {
  return await eventually(`http://${host}/ to answer`, async () => {
    const response = await fetch(`http://${host}/`, { signal: AbortSignal.timeout(2_000) });
    return response.ok && (await response.text());
  });
}

/** Docker without us: only what `dh:env` has exported. */
async function plainDocker(variables: Record<string, string>, args: string[]): Promise<{ code: number | null }> {
  const child = spawn('docker', args, { env: { ...process.env, ...variables }, stdio: 'ignore', timeout: 20_000 });
  return await new Promise((resolve) => child.on('exit', (code) => resolve({ code })));
}

/** A pseudo terminal as a person sits before it, with one command of the CLI in it. */
class Terminal {
  output = '';
  /** The command's exit code. */
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcessWithoutNullStreams;

  constructor(system: System, cwd: string, command: string) {
    this.#child = spawn('script', ['-qec', `heroku ${command}`, '/dev/null'], {
      cwd,
      env: { ...toolEnvironment(), ...system.cliVariables(), HEROKU_APP: app, TERM: 'xterm' },
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: 120_000,
    });
    this.#child.stdout.on('data', (chunk) => (this.output += chunk));
    // Not 'exit': its last words may still be on the way then.
    this.ended = new Promise((resolve) => this.#child.on('close', resolve));
  }

  press(keys: string): void {
    this.#child.stdin.write(keys);
  }
}
