import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, mkdirSync, readFileSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { hostUserData } from './user-data.js';

// The script of a host as it stands in user-data, with real curl and openssl. The test's are its folders, systemctl, and a `node` that runs
// bundles as shell scripts: what a bundle is told to do is what its self-test does.
vi.setConfig({ testTimeout: 60_000 });
let folder: string;
/** Two authorities' keys and certificates: ours and theirs. */
let authorities: string;
let server: Server;
/** What the control plane answers; undefined is 503. */
let served: Map<string, string>;
let asked: string[];

beforeAll(async () => {
  authorities = mkdtempSync(join(tmpdir(), 'dockhero-authorities-'));
  for (const name of ['ours', 'theirs']) makeAuthority(name);
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const body = served.get(request.url ?? '');
    response.writeHead(body === undefined ? 503 : 200).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(authorities, { recursive: true });
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dockhero-agent-'));
  [served, asked] = [new Map(), []];
  for (const name of ['agent', 'tls', 'bin', 'image']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'tls', 'ca.pem'), readFileSync(join(authorities, 'ours.pem')));
  writeExecutable('systemctl', `echo "$*" >> ${folder}/systemctl`);
  writeExecutable('node', 'exec sh "$1"');
  writeExecutable('sleep', '');
  const userData = hostUserData({
    hostApiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hostId: 'host',
    bootstrapToken: 't',
    caCertificatePem: 'ca',
    agentApiUrl: null,
  });
  const script = /<<'AGENT'\n([\s\S]*?)\nAGENT\n/.exec(userData)?.[1] ?? '';
  writeFileSync(
    join(folder, 'script'),
    script
      .replaceAll('/usr/local/lib/dockhero/agent', join(folder, 'agent'))
      .replaceAll('/usr/local/share/dockhero/agents', join(folder, 'image'))
      .replaceAll('/etc/dockhero/tls', join(folder, 'tls')),
  );
  return () => rmSync(folder, { recursive: true });
});

it('installs before the first start, and does not ask again before the next ones', async () => {
  const first = release('exit 0');
  expect([await run('start'), await run('start')]).toEqual([0, 0]);
  expect(current()).toBe(first);
  expect(asked).toEqual(['/hosts/host/agent', `/agents/${first}`]);
  expect(restarts()).toBe(0);
});

it('takes the bundle from the machine image when the signed manifest names it, and does not download it', async () => {
  const first = release('exit 0');
  writeFileSync(join(folder, 'image', `${first}.mjs`), 'exit 0');
  expect(await run('start')).toBe(0);
  expect([current(), bundles()]).toEqual([first, [first]]);
  expect(asked).toEqual(['/hosts/host/agent']);
});

it('a bundle of the machine image counts for nothing by itself: without a signed manifest, or with another content than its name says', async () => {
  const first = release('exit 0');
  writeFileSync(join(folder, 'image', `${first}.mjs`), 'exit 0 # something else');
  served.set('/hosts/host/agent', manifest(first, 'theirs'));
  expect([await run('start'), current()]).toEqual([1, null]);
  release('exit 0');
  expect([await run('start'), current()]).toEqual([0, first]);
  expect(readFileSync(join(folder, 'agent', 'current.mjs'), 'utf8')).toBe('exit 0');
  expect(asked.at(-1)).toBe(`/agents/${first}`);
});

it('switches to a new release, restarts the agent, keeps the one before and no older one', async () => {
  const releases: string[] = [];
  for (const code of ['exit 0 # 1', 'exit 0 # 2', 'exit 0 # 3']) {
    releases.push(release(code));
    expect(await run()).toBe(0);
    expect(current()).toBe(releases.at(-1));
    live();
  }
  expect(bundles()).toEqual(releases.slice(1).toSorted());
  expect(link('previous.mjs')).toBe(releases[1]);
  expect(restarts()).toBe(3);
});

it('leaves the agent alone when it is the release', async () => {
  release('exit 0');
  await run();
  expect(await run()).toBe(0);
  expect(restarts()).toBe(1);
  expect(asked.filter((path) => path.startsWith('/agents/'))).toHaveLength(1);
});

it('refuses a manifest that is none, that our authority has not signed, or that was changed', async () => {
  const good = release('exit 0');
  await run();
  const signed = manifest('0'.repeat(64));
  const changed = signed.replace('0'.repeat(64), '1'.repeat(64));
  const otherKind = manifest('0'.repeat(64), 'ours', 'dockhero-agent 2');
  const unsigned = signed.replace(/signature .*\n/, '');
  for (const forged of [
    manifest('0'.repeat(64), 'theirs'),
    changed,
    otherKind,
    unsigned,
    manifest('x'),
    '<html>captive portal</html>',
    '',
  ]) {
    served.set('/hosts/host/agent', forged);
    expect([forged, await run()]).toEqual([forged, 1]);
    expect(current()).toBe(good);
  }
  expect(asked.filter((path) => path.startsWith('/agents/'))).toEqual([`/agents/${good}`]);
  expect(restarts()).toBe(1);
});

it('refuses a bundle that is not the one of the manifest, and takes the right one later', async () => {
  const good = release('exit 0');
  served.set(`/agents/${good}`, 'exit 0 # something else');
  expect(await run()).toBe(1);
  expect(bundles()).toEqual([]);
  release('exit 0');
  expect(await run()).toBe(0);
  expect(current()).toBe(good);
});

it('never tries a bundle again that failed its self-test', async () => {
  const good = release('exit 0');
  await run();
  const bad = release('exit 3');
  expect([await run(), await run()]).toEqual([1, 1]);
  expect(current()).toBe(good);
  expect(asked.filter((path) => path === `/agents/${bad}`)).toHaveLength(1);
  expect(restarts()).toBe(1);
});

it('tries one again whose self-test was killed: that may be the host’s fault', async () => {
  const killed = release(`[ -e ${folder}/roomy ] || kill -9 $$`);
  expect(await run()).toBe(1);
  writeFileSync(join(folder, 'roomy'), '');
  expect(await run()).toBe(0);
  expect(current()).toBe(killed);
});

it('goes back to the one before when a new one was started three times and did not live; the new one is not tried again', async () => {
  const good = release('exit 0 # good');
  await run();
  live();
  const bad = release('exit 0 # bad');
  await run();
  for (let start = 1; start <= 3; start += 1) {
    expect(await run('start')).toBe(0);
    expect(current()).toBe(bad);
  }
  expect(await run('start')).toBe(0);
  expect(current()).toBe(good);
  expect(await run()).toBe(1);
  expect(current()).toBe(good);
});

it('one that has lived is started as often as it takes', async () => {
  const good = release('exit 0');
  await run('start');
  live();
  for (let start = 0; start < 6; start += 1) expect(await run('start')).toBe(0);
  expect(current()).toBe(good);
});

it('a first one that does not live gives way to the next release', async () => {
  release('exit 0 # bad');
  for (let start = 1; start <= 4; start += 1) await run('start');
  expect(current()).toBeNull();
  expect(await run('start')).toBe(1);
  const next = release('exit 0 # good');
  expect(await run('start')).toBe(0);
  expect(current()).toBe(next);
});

it('a host that boots again and again within the trial is no fault of the agent’s', async () => {
  const first = release('exit 0');
  for (let start = 1; start <= 9; start += 1) {
    expect(await run('start')).toBe(0);
    if (start % 3 === 0) writeFileSync(join(folder, 'agent', 'trial'), 'another boot\n\n\n\n');
  }
  expect(current()).toBe(first);
});

it('one that is on trial is nothing to go back to', async () => {
  const good = release('exit 0 # good');
  await run();
  live();
  for (const code of ['exit 0 # hasty', 'exit 0 # hastier']) {
    release(code);
    await run();
    await run('start');
  }
  for (let start = 0; start < 3; start += 1) await run('start');
  expect(current()).toBe(good);
});

it('fetches a bundle anew that was damaged on disk', async () => {
  const good = release('exit 0');
  await run('start');
  writeFileSync(join(folder, 'agent', `${good}.mjs`), '');
  expect(await run('start')).toBe(0);
  expect(readFileSync(join(folder, 'agent', 'current.mjs'), 'utf8')).toBe('exit 0');
});

it('starts what is there while the API is away, and asks again when nothing is', async () => {
  expect(await run('start')).toBe(1);
  const good = release('exit 0');
  expect(await run('start')).toBe(0);
  served.clear();
  expect([await run('start'), await run()]).toEqual([0, 1]);
  expect(current()).toBe(good);
});

it('is started last, and Docker does not wait for it', () => {
  const script = hostUserData({
    hostApiUrl: 'https://x.test',
    hostId: 'host',
    bootstrapToken: 't',
    caCertificatePem: 'ca',
    agentApiUrl: null,
  });
  expect(/dockhero-agent.service <<'UNIT'\n([\s\S]*?)\nUNIT\n/.exec(script)?.[1]).not.toMatch(/docker|Before=/);
  expect(script).toMatch(/\nsystemctl restart --no-block dockhero-agent\.service\n$/);
});

async function run(...args: string[]): Promise<number> {
  const env = { ...process.env, PATH: `${join(folder, 'bin')}:${process.env['PATH']}` };
  return await promisify(execFile)('bash', [join(folder, 'script'), ...args], { env, timeout: 20_000 }).then(
    () => 0,
    (error: { code?: number }) => error.code ?? -1,
  );
}

/** What the unit does when the agent has lived 30 s. */
function live(): void {
  rmSync(join(folder, 'agent', 'trial'));
}

/** The control plane has a new release. @returns its digest. */
function release(code: string): string {
  const sha256 = createHash('sha256').update(code).digest('hex');
  served.set('/hosts/host/agent', manifest(sha256));
  served.set(`/agents/${sha256}`, code);
  return sha256;
}

function manifest(sha256: string, authority = 'ours', header = 'dockhero-agent 1'): string {
  const text = `${header}\nversion 1\nsha256 ${sha256}\n`;
  const signature = execFileSync('openssl', ['dgst', '-sha256', '-sign', join(authorities, `${authority}.key`)], { input: text });
  return `${text}signature ${signature.toString('base64')}\n`;
}

function link(name: string): string | null {
  const path = join(folder, 'agent', name);
  return existsSync(path) ? readlinkSync(path).replace('.mjs', '') : null;
}

const current = (): string | null => link('current.mjs');

const bundles = (): string[] =>
  readdirSync(join(folder, 'agent'))
    .flatMap((name) => /^([0-9a-f]{64})\.mjs$/.exec(name)?.[1] ?? [])
    .toSorted();

function restarts(): number {
  const file = join(folder, 'systemctl');
  return existsSync(file) ? [...readFileSync(file, 'utf8').matchAll(/^try-restart --no-block dockhero-agent\.service$/gm)].length : 0;
}

function writeExecutable(name: string, script: string): void {
  writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

function makeAuthority(name: string): void {
  const options = `-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ${name}.key -out ${name}.pem -subj /CN=${name}`;
  execFileSync('openssl', ['req', '-x509', ...options.split(' ')], { cwd: authorities, stdio: 'ignore' });
}
