import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { fieldsOf, textOf, textsOf } from '../docker/read-json.js';
import { reasonOf, type Log } from '../log.js';
import { readBody } from '../serve/read-body.js';
import { CannotTell, DriverError } from './driver-error.js';
import type { MountAnswer, VolumeAnswer } from './driver.js';

const contentType = 'application/vnd.docker.plugins.v1.2+json';
const maxBodyBytes = 2 ** 20;

/** What the calls of Docker come to. @throws DriverError, whose sentence reaches the terminal; CannotTell. */
export interface Driver {
  get(name: string): Promise<VolumeAnswer>;
  list(): VolumeAnswer[];
  path(name: string): string;
  create(name: string, options: Readonly<Record<string, string>>): Promise<void>;
  /** @param client is aborted when the client goes away. */
  mount(name: string, id: string, client: AbortSignal): Promise<MountAnswer>;
  unmount(name: string, id: string): Promise<void>;
  remove(name: string): Promise<void>;
}

interface Call {
  readonly name: string;
  readonly id: string;
  readonly options: Readonly<Record<string, string>>;
  readonly client: AbortSignal;
}
interface Reply {
  readonly body: object;
  /** For a client that has gone. */
  readonly undo?: () => Promise<void>;
}
type Method = (driver: Driver, call: Call) => Reply | Promise<Reply>;

const success: Reply = { body: { Err: '' } };

/** Docker's volume plugin protocol, version 1: always POST, the path is the method. */
const methods: Readonly<Record<string, Method>> = {
  '/Plugin.Activate': () => ({ body: { Implements: ['VolumeDriver'] } }),
  '/VolumeDriver.Capabilities': () => ({ body: { Capabilities: { Scope: 'global' } } }),
  '/VolumeDriver.List': (driver) => ({ body: { Volumes: driver.list(), Err: '' } }),
  '/VolumeDriver.Get': async (driver, { name }) => ({ body: { Volume: await driver.get(name), Err: '' } }),
  '/VolumeDriver.Path': (driver, { name }) => ({ body: { Mountpoint: driver.path(name), Err: '' } }),
  '/VolumeDriver.Create': (driver, { name, options }) => driver.create(name, options).then(() => success),
  '/VolumeDriver.Remove': (driver, { name }) => driver.remove(name).then(() => success),
  '/VolumeDriver.Unmount': (driver, { name, id }) => driver.unmount(name, id).then(() => success),
  '/VolumeDriver.Mount': async (driver, { name, id, client }) => {
    const { mountpoint, undo } = await driver.mount(name, id, client);
    return { body: { Mountpoint: mountpoint, Err: '' }, undo };
  },
};
/** Those that say nothing with their body. For all others an empty one is the second try of a broken connection, see below. */
const bodiless = new Set(['/Plugin.Activate', '/VolumeDriver.Capabilities', '/VolumeDriver.List']);

/**
 * Docker tries again when a connection breaks, with an empty body if the first one had been sent. What cannot be read is cut off without an answer: to `Get` any
 * answer but a volume means that there is none.
 */
export function createPluginServer(driver: Driver, log: Log): Server {
  // Docker sends an empty Host header.
  const server = createServer({ requireHostHeader: false, requestTimeout: 60_000, keepAliveTimeout: 65_000 }, (request, response) => {
    answer(request, response, driver, log).catch((error: unknown) => {
      if (!(error instanceof CannotTell)) log(`${request.url?.slice(0, 100)}: ${reasonOf(error)}`);
      response.destroy();
    });
  });
  // Node would answer 400 to half a body.
  server.on('clientError', (_, socket) => void socket.destroy());
  return server;
}

async function answer(request: IncomingMessage, response: ServerResponse, driver: Driver, log: Log): Promise<void> {
  const path = request.url ?? '';
  const method = Object.hasOwn(methods, path) ? methods[path] : undefined;
  const text = (await readBody(request, maxBodyBytes)) ?? '';
  if (!method) return send(response, 404, { Err: `This driver has no ${path.slice(0, 100)}.` });
  if (text === '' && !bodiless.has(path)) throw new CannotTell('a second try, without its body');
  const body = fieldsOf(JSON.parse(text || '{}'));
  const client = new AbortController();
  response.once('close', () => client.abort());
  const call = { name: textOf(body.Name), id: textOf(body.ID), options: textsOf(body.Opts), client: client.signal };
  try {
    const reply = await method(driver, call);
    const takeBack = (): void =>
      void reply.undo?.().catch((error: unknown) => log(`${path} ${call.name} was not undone: ${reasonOf(error)}`));
    if (client.signal.aborted) return takeBack();
    response.once('close', () => {
      if (!response.writableFinished) takeBack();
    });
    send(response, 200, reply.body);
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
    if (call.name !== '' && path !== '/VolumeDriver.Get') log(`${path.split('.')[1]} of volume ${call.name}: ${error.message}`);
    send(response, 500, { Err: error.message });
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(text) }).end(text);
}
