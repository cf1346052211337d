import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { askPlugin } from '../testing/ask-plugin.js';
import { CannotTell, DriverError } from './driver-error.js';
import type { MountAnswer } from './driver.js';
import { listenForDocker } from './plugin-socket.js';
import { createPluginServer, type Driver } from './protocol.js';
import type { VolumeEnv } from './volume-env.js';

let dir = '';
let socket = '';
let server: Server;
let calls: string[] = [];
let lines: string[] = [];
let mounting: (client: AbortSignal) => Promise<MountAnswer>;

const described = { Name: 'web', Mountpoint: '', CreatedAt: '2026-11-27T00:00:00Z', Status: {} };
/** Says what it was asked. Volume `unknown` cannot be told of, `missing` is not there, `broken` is our mistake. */
const driver: Driver = {
  get(name) {
    calls.push(`get ${name}`);
    if (name === 'unknown') return Promise.reject(new CannotTell('unknown'));
    if (name === 'broken') return Promise.reject(new TypeError('a mistake of ours'));
    return name === 'web' ? Promise.resolve(described) : Promise.reject(new DriverError(`There is no volume ${name}.`));
  },
  list: () => [described],
  path: (name) => (name === 'web' ? '/mnt/dockhero/web/data' : ''),
  create: (name, options) =>
    options.size === '0' ? Promise.reject(new DriverError('Too small.')) : note(`create ${name} ${JSON.stringify(options)}`),
  mount: (_, __, client) => mounting(client),
  unmount: (name, id) => note(`unmount ${name} ${id}`),
  remove: (name) => note(`remove ${name}`),
};
function note(call: string): Promise<void> {
  calls.push(call);
  return Promise.resolve();
}

beforeEach(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'dockhero-plugin-'));
  socket = path.join(dir, 'plugins/dockhero.sock');
  [calls, lines] = [[], []];
  mounting = () => Promise.resolve({ mountpoint: '/mnt/dockhero/web/data', undo: () => note('undo') });
  server = createPluginServer(driver, (line) => lines.push(line));
  await listenForDocker(server, { socket, isSocketPassed: false } as VolumeEnv);
});
afterEach(async () => {
  const closed = new Promise((resolve) => void server.close(resolve));
  server.closeAllConnections();
  await closed;
  rmSync(dir, { recursive: true });
});

it.each([
  ['Plugin.Activate', undefined, { Implements: ['VolumeDriver'] }],
  ['VolumeDriver.Capabilities', {}, { Capabilities: { Scope: 'global' } }],
  ['VolumeDriver.List', {}, { Volumes: [described], Err: '' }],
  ['VolumeDriver.Get', { Name: 'web' }, { Volume: described, Err: '' }],
  ['VolumeDriver.Path', { Name: 'web' }, { Mountpoint: '/mnt/dockhero/web/data', Err: '' }],
  ['VolumeDriver.Create', { Name: 'web', Opts: { size: '20' }, Unknown: 1 }, { Err: '' }],
  ['VolumeDriver.Create', { Name: 'web', Opts: null }, { Err: '' }],
  ['VolumeDriver.Mount', { Name: 'web', ID: 'a' }, { Mountpoint: '/mnt/dockhero/web/data', Err: '' }],
  ['VolumeDriver.Unmount', { Name: 'web', ID: 'a' }, { Err: '' }],
  ['VolumeDriver.Remove', { Name: 'web' }, { Err: '' }],
])('%s %j is answered as Docker reads it', async (method, body, answer) => {
  expect(await askPlugin(socket, method, body)).toEqual({ status: 200, body: answer });
});

it('what Docker sends on the wire is taken: HTTP/1.1 with an empty Host and no body', async () => {
  expect(
    await raw(
      'POST /Plugin.Activate HTTP/1.1\r\nHost: \r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
    ),
  ).toMatch(/^HTTP\/1\.1 200 OK\r\n(.*\r\n)*content-type: application\/vnd\.docker\.plugins\.v1\.2\+json\r\n/i);
});

it.each(['Get', 'Create', 'Mount', 'Unmount', 'Remove', 'Path'])(
  'a second try of %s without its body is cut off, and does nothing',
  async (method) => {
    expect(await raw(`POST /VolumeDriver.${method} HTTP/1.1\r\nHost: \r\nContent-Length: 0\r\n\r\n`)).toBe('');
    expect(await raw(`POST /VolumeDriver.${method} HTTP/1.1\r\nHost: \r\nContent-Length: 6\r\n\r\n{"Nam`)).toBe('');
    expect(await raw(`POST /VolumeDriver.${method} HTTP/1.1\r\nHost: \r\nContent-Length: 5\r\n\r\n{"Nam`)).toBe('');
    expect(calls).toEqual([]);
  },
);

it('a sentence of the driver reaches the terminal', async () => {
  const refused = await askPlugin(socket, 'VolumeDriver.Create', { Name: 'web', Opts: { size: '0' } });
  expect(refused).toEqual({ status: 500, body: { Err: 'Too small.' } });
  expect(await askPlugin(socket, 'VolumeDriver.Get', { Name: 'missing' })).toEqual({
    status: 500,
    body: { Err: 'There is no volume missing.' },
  });
});

it.each(['unknown', 'broken'])('Get of a volume that is %s is cut off: any answer would mean that it does not exist', async (name) => {
  await expect(askPlugin(socket, 'VolumeDriver.Get', { Name: name })).rejects.toThrow(/socket hang up|ECONNRESET/);
  expect(lines.length).toBe(name === 'broken' ? 1 : 0);
});

it('a method of a later version is answered 404', async () => {
  expect((await askPlugin(socket, 'VolumeDriver.Snapshot', { Name: 'web' })).status).toBe(404);
  expect((await askPlugin(socket, 'toString', { Name: 'web' })).status).toBe(404);
});

it('a client that goes away during Mount has it taken back', async () => {
  const gone = new AbortController();
  let finish = (): void => {};
  const told = new Promise<AbortSignal>((resolve) => {
    mounting = (client) => {
      resolve(client);
      return new Promise((done) => (finish = () => done({ mountpoint: '/x', undo: () => note('undo') })));
    };
  });
  const asked = askPlugin(socket, 'VolumeDriver.Mount', { Name: 'web', ID: 'a' }, gone.signal);
  const client = await told;
  gone.abort();
  await expect(asked).rejects.toThrow();
  await expect.poll(() => client.aborted).toBe(true);
  expect(calls).toEqual([]);
  finish();
  await expect.poll(() => calls).toEqual(['undo']);
});

it('a Mount that was answered stays', async () => {
  await askPlugin(socket, 'VolumeDriver.Mount', { Name: 'web', ID: 'a' });
  await askPlugin(socket, 'VolumeDriver.List', {});
  expect(calls).toEqual([]);
});

it('a socket that a killed agent left is replaced, one that is answered is not', async () => {
  const env = { socket, isSocketPassed: false } as VolumeEnv;
  const other = createPluginServer(driver, () => {});
  await expect(listenForDocker(other, env)).rejects.toThrow(/another process answers/);
  const stale = path.join(dir, 'stale.sock');
  const script = `require('net').createServer().listen(${JSON.stringify(stale)}, () => process.kill(process.pid, 'SIGKILL'))`;
  expect(spawnSync(process.execPath, ['-e', script]).signal).toBe('SIGKILL');
  await listenForDocker(other, { ...env, socket: stale });
  expect((await askPlugin(stale, 'Plugin.Activate')).status).toBe(200);
  await new Promise((resolve) => void other.close(resolve));
});

/** Sends bytes and the end of the sending side; gives all that comes back until the connection ends. */
function raw(bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const connection = connect(socket, () => connection.end(bytes));
    connection.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    connection.once('close', () => resolve(text)).once('error', reject);
  });
}
