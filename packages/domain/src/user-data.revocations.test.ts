import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { hostUserData } from './user-data.js';

// The script of a host as it stands in user-data, with real curl and openssl; only its folder and systemctl are the test's.
let folder: string;
let server: Server;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
/** `If-None-Match` of each request; curl sends an empty tag while it knows none. */
let asked: (string | undefined)[];
const none = '""';

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.headers['if-none-match']);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dockhero-revocations-'));
  asked = [];
  for (const authority of ['ours', 'theirs']) makeAuthority(authority);
  mkdirSync(join(folder, 'tls'));
  writeFileSync(join(folder, 'tls', 'ca.pem'), readFileSync(join(folder, 'ours.pem')));
  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, 'state'), 'active');
  // Notes what it is asked; `reload` fails as long as the file `stuck` is there; `state` holds the gate's.
  writeFileSync(
    join(folder, 'bin', 'systemctl'),
    `#!/bin/sh\necho "$*" >> ${folder}/asked\n[ "$1" = reload ] && [ -e ${folder}/stuck ] && exit 1\ncat ${folder}/state\n`,
    { mode: 0o755 },
  );
  const script = /<<'SCRIPT'\n([\s\S]*?)\nSCRIPT\n/.exec(
    hostUserData({
      hostApiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      hostId: 'host',
      bootstrapToken: 't',
      caCertificatePem: 'ca',
      agentApiUrl: null,
    }),
  )?.[1];
  writeFileSync(join(folder, 'script'), (script ?? '').replace('/etc/dockhero/tls', join(folder, 'tls')));
  return () => rmSync(folder, { recursive: true });
});

afterAll(() => new Promise((resolve) => server.close(resolve)));

it('puts a new list into force once: the next poll is a 304', async () => {
  const list = makeList('ours');
  answer = (request, response) => {
    if (request.headers['if-none-match'] === '"7"') response.writeHead(304, { etag: '"7"' }).end();
    else response.writeHead(200, { etag: '"7"' }).end(list);
  };
  expect([await poll(), await poll()]).toEqual([0, 0]);
  expect(asked).toEqual([none, '"7"']);
  expect(listInForce()).toBe(list);
  expect(reloads()).toBe(1);
});

it('refuses a list that another authority has signed, or that is none, and keeps the last', async () => {
  const list = makeList('ours');
  answer = (_, response) => response.writeHead(200, { etag: '"1"' }).end(list);
  await poll();
  for (const forged of [makeList('theirs'), 'no list', '<html>captive portal</html>']) {
    answer = (_, response) => response.writeHead(200, { etag: '"2"' }).end(forged);
    expect(await poll()).toBe(1);
    expect(listInForce()).toBe(list);
  }
  expect(reloads()).toBe(1);
  expect(asked.at(-1)).toBe('"1"');
});

it('keeps the last list while the API cannot be reached', async () => {
  const list = makeList('ours');
  answer = (_, response) => response.writeHead(200, { etag: '"1"' }).end(list);
  await poll();
  answer = (_, response) => response.writeHead(503).end('{}');
  expect(await poll()).toBe(1);
  answer = (request) => request.destroy();
  expect(await poll()).toBe(1);
  expect(listInForce()).toBe(list);
});

it('asks again for a list that the gate could not take', async () => {
  const list = makeList('ours');
  answer = (_, response) => response.writeHead(200, { etag: '"1"' }).end(list);
  writeFileSync(join(folder, 'stuck'), '');
  expect(await poll()).toBe(1);
  rmSync(join(folder, 'stuck'));
  expect(await poll()).toBe(0);
  expect(asked).toEqual([none, none]);
  expect(reloads()).toBe(2);
});

it('asks again when the gate was just starting: it may have read the list before', async () => {
  answer = (_, response) => response.writeHead(200, { etag: '"1"' }).end(makeList('ours'));
  writeFileSync(join(folder, 'state'), 'activating');
  expect(await poll()).toBe(1);
  expect(reloads()).toBe(0);
  writeFileSync(join(folder, 'state'), 'active');
  expect(await poll()).toBe(0);
  expect(asked).toEqual([none, none]);
  expect(reloads()).toBe(1);
});

async function poll(): Promise<number> {
  const env = { ...process.env, PATH: `${join(folder, 'bin')}:${process.env['PATH']}` };
  return await promisify(execFile)('bash', [join(folder, 'script'), 'once'], { env, timeout: 20_000 }).then(
    () => 0,
    (error: { code?: number }) => error.code ?? -1,
  );
}

const listInForce = (): string => readFileSync(join(folder, 'tls', 'crl.pem'), 'utf8');

function reloads(): number {
  const file = join(folder, 'asked');
  return existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line === 'reload dockhero-gate.service').length
    : 0;
}

function makeAuthority(name: string): void {
  const [key, certificate] = [join(folder, `${name}.key`), join(folder, `${name}.pem`)];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  execFileSync('openssl', ['req', '-x509', ...curve, '-keyout', key, '-out', certificate, '-subj', `/CN=${name}`], { stdio: 'ignore' });
  writeFileSync(
    join(folder, `${name}.cnf`),
    `[ca]\ndefault_ca=d\n[d]\ndatabase=${folder}/${name}.index\ndefault_md=sha256\ndefault_crl_days=30\n`,
  );
  writeFileSync(join(folder, `${name}.index`), '');
}

function makeList(name: string): string {
  const at = (extension: string): string => join(folder, `${name}.${extension}`);
  return execFileSync('openssl', ['ca', '-config', at('cnf'), '-gencrl', '-keyfile', at('key'), '-cert', at('pem')], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}
