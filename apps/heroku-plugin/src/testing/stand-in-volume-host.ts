import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readlink, realpath } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { basename, dirname, join } from 'node:path';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { StandInAuthority } from './stand-in-authority.js';

interface CreateContainer {
  readonly Image: string;
  readonly OpenStdin: boolean;
  readonly StdinOnce: boolean;
  readonly Labels: Record<string, string>;
  readonly HostConfig: {
    readonly AutoRemove: boolean;
    readonly Mounts: readonly { Source: string; Target: string; VolumeOptions?: { NoCopy?: boolean; DriverConfig?: { Name?: string } } }[];
  };
}

interface StandInContainer {
  readonly id: string;
  readonly wanted: CreateContainer;
  /** What is attached to it. */
  terminal: Duplex | null;
  readonly ended: Promise<void>;
  /** Removes it, too. */
  readonly end: () => void;
}

/**
 * A host whose volumes are folders of this machine, behind mutual TLS: as much of Docker's API as copying takes, with the machine's own tar. What is started
 * is nothing but a program that says "ready" and waits for the end of its input, as helpers do.
 */
export class StandInVolumeHost {
  /** `PUT /containers/ID/archive`, in order. */
  readonly requests: string[] = [];
  /** By name. */
  readonly containers = new Map<string, StandInContainer>();
  readonly volumes = new Map<string, { driver: string; folder: string }>();
  readonly images = new Set<string>();
  /** What a driver says instead of mounting. */
  mountError: string | null = null;
  /** Called once an archive has been asked for; it is sent when this ends. */
  onArchive: () => Promise<void> = () => Promise.resolve();
  /** Before an archive is taken. */
  onUnpack: () => Promise<void> = () => Promise.resolve();
  dockerHost = '';
  #server: Server | null = null;

  async start(authority: StandInAuthority): Promise<void> {
    const server = createServer({ ...(await authority.hostFiles()), requestCert: true, rejectUnauthorized: true }, (request, response) => {
      this.#handle(request, response).catch((error: unknown) => {
        if (response.headersSent) response.destroy();
        else answer(response, 500, { message: String(error) });
      });
    });
    server.on('upgrade', (request: IncomingMessage, socket: Duplex) => this.#attach(request.url ?? '', socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.dockerHost = `tcp://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    this.#server = server;
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve) ?? resolve(null));
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL((request.url ?? '').replace(/^\/v[0-9.]+/, ''), 'http://docker');
    const [, kind, id, verb] = pathname.split('/').map(decodeURIComponent);
    this.requests.push(`${request.method ?? ''} ${pathname.replace(id ?? '-', this.containers.has(id ?? '') ? 'ID' : (id ?? ''))}`);
    response.setHeader('Api-Version', '1.41');
    if (kind === '_ping') return void response.end('OK');
    if (kind === 'volumes') return this.#ofVolumes(id, response);
    if (kind === 'images') return await this.#ofImages(request, response, id, searchParams);
    if (id === 'create') return await this.#create(request, response, searchParams.get('name') ?? '');
    const container = this.#find(id);
    if (!container) return answer(response, 404, { message: `No such container: ${id ?? ''}` });
    if (verb === 'archive') return await this.#archive(request, response, container.wanted, searchParams.get('path') ?? '');
    if (verb === 'wait') return await this.#wait(container, response);
    if (verb === 'start') return this.#start(container, response);
    container.end();
    response.writeHead(204).end();
  }

  #ofVolumes(name: string | undefined, response: ServerResponse): void {
    const describe = (one: string) => ({ Name: one, Driver: this.volumes.get(one)?.driver, Mountpoint: '', Scope: 'global', Labels: null });
    if (name === undefined) return answer(response, 200, { Volumes: [...this.volumes.keys()].map(describe), Warnings: null });
    if (!this.volumes.has(name)) return answer(response, 404, { message: `get ${name}: no such volume` });
    answer(response, 200, describe(name));
  }

  async #ofImages(request: IncomingMessage, response: ServerResponse, id: string | undefined, query: URLSearchParams): Promise<void> {
    if (id === 'json') {
      const images = [...this.images].map((name) => ({
        Id: `sha256:${'a'.repeat(64)}`,
        RepoTags: [name],
        Created: 1,
        Size: 0,
        Containers: 0,
      }));
      return answer(response, 200, images);
    }
    for await (const _ of request) void _;
    this.images.add(`${query.get('repo') ?? ''}${query.get('tag') ? `:${query.get('tag') ?? ''}` : ''}`);
    answer(response, 200, { status: 'sha256:aaaa' });
  }

  #find(key: string | undefined): StandInContainer | undefined {
    return [...this.containers].find(([name, { id }]) => name === key || id === key)?.[1];
  }

  #attach(url: string, socket: Duplex): void {
    const container = this.#find(/\/containers\/([^/]+)\/attach/.exec(url)?.[1]);
    if (!container) return void socket.destroy();
    const headers = ['Content-Type: application/vnd.docker.raw-stream', 'Connection: Upgrade', 'Upgrade: tcp'];
    socket.write(`HTTP/1.1 101 UPGRADED\r\n${headers.join('\r\n')}\r\n\r\n`);
    socket.on('error', () => undefined).on('end', () => container.end());
    socket.on('close', () => container.end()).resume();
    container.terminal = socket;
    void container.ended.then(() => socket.end());
  }

  async #wait({ ended }: StandInContainer, response: ServerResponse): Promise<void> {
    response.writeHead(200, { 'Content-Type': 'application/json' }).flushHeaders();
    await ended;
    response.end(JSON.stringify({ StatusCode: 0 }));
  }

  #start(container: StandInContainer, response: ServerResponse): void {
    if (this.mountError !== null) {
      container.end();
      return answer(response, 500, { message: this.mountError });
    }
    response.writeHead(204).end();
    const ready = Buffer.from('ready\n');
    container.terminal?.write(Buffer.concat([Buffer.from([1, 0, 0, 0, 0, 0, 0, ready.length]), ready]));
  }

  async #create(request: IncomingMessage, response: ServerResponse, name: string): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const wanted = JSON.parse(Buffer.concat(chunks).toString()) as CreateContainer;
    if (!this.images.has(wanted.Image)) return answer(response, 404, { message: `No such image: ${wanted.Image}` });
    const id = randomBytes(32).toString('hex');
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const remove = (): void => void this.containers.delete(name);
    this.containers.set(name, { id, wanted, terminal: null, ended, end: () => (remove(), end()) });
    answer(response, 201, { Id: id, Warnings: [] });
  }

  async #archive(request: IncomingMessage, response: ServerResponse, { HostConfig }: CreateContainer, path: string): Promise<void> {
    if (this.mountError !== null) return answer(response, 500, { message: this.mountError });
    const [mount] = HostConfig.Mounts;
    const folder = this.volumes.get(mount?.Source ?? '')?.folder ?? '';
    const names = path.split('/').filter((name) => name !== '' && name !== '.');
    const place = join(folder, ...names.slice(1));
    const found = await lstat(place).catch(() => null);
    if (!found) return answer(response, 404, { message: `Could not find the file ${path} in container` });
    if (request.method === 'PUT') return await this.#unpack(request, response, place);
    const target = found.isSymbolicLink() ? await readlink(place) : '';
    const linkTarget = target === '' ? '' : `/${names[0] ?? ''}/${(await realpath(place)).slice(folder.length + 1)}`;
    const stat = { name: names.at(-1), size: found.size, mode: goMode(found.mode), mtime: found.mtime.toISOString(), linkTarget };
    response.setHeader('X-Docker-Container-Path-Stat', Buffer.from(JSON.stringify(stat)).toString('base64'));
    response.setHeader('Content-Type', 'application/x-tar');
    if (request.method === 'HEAD') return void response.end();
    await this.onArchive();
    const named = ['--transform', `s,^${basename(place)},${names.at(-1) ?? ''},SH`];
    const tar = spawn('tar', ['-c', '-f', '-', '-C', dirname(place), ...named, basename(place)], { stdio: ['ignore', 'pipe', 'inherit'] });
    await pipeline(tar.stdout, response).finally(() => tar.kill());
  }

  async #unpack(request: IncomingMessage, response: ServerResponse, place: string): Promise<void> {
    await this.onUnpack();
    await mkdir(place, { recursive: true });
    const tar = spawn('tar', ['-x', '-p', '-f', '-', '-C', place, '--numeric-owner'], { stdio: ['pipe', 'ignore', 'pipe'] });
    let words = '';
    tar.stderr.on('data', (chunk: Buffer) => (words += chunk.toString()));
    const closed = new Promise<number | null>((resolve) => tar.once('close', resolve));
    await pipeline(request, tar.stdin);
    if ((await closed) !== 0) return answer(response, 500, { message: words });
    answer(response, 200, {});
  }
}

/** Go's bits of an `os.FileMode`, as the client reads them. */
function goMode(mode: number): number {
  const type = mode & 0o170000;
  const bits = type === 0o040000 ? 0x8000_0000 : type === 0o120000 ? 0x0800_0000 : 0;
  return bits + (mode & 0o777);
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}
