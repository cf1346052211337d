import type { TLSSocket } from 'node:tls';
import { StandInEngine } from '@dockhero/docker/testing/stand-in-engine';
import { timeToSince } from '../follow/log-time.js';
import { pause } from './eventually.js';
import { StandInContainer } from './stand-in-container.js';

/** A host whose Docker is of Debian 12 (20.10): TLS with certificates on both sides, its log, its events, its whims. */
export class StandInDocker {
  readonly containers = new Map<string, StandInContainer>();
  /** `GET /v1.41/…`, in order, without the version. */
  readonly requests: string[] = [];
  /** Messages that were written to log streams. */
  sent = 0;
  /** Followed log streams to come are cut after so many bytes of body, one entry each. */
  readonly cutsAfter: number[] = [];
  /** What takes its time: answers to inspect, and each message. */
  readonly slowMs = { inspect: 0, message: 0 };
  /** False: things happen and no event tells of them. */
  tellsEvents = true;
  readonly #logSockets = new Set<TLSSocket>();
  readonly #eventSockets = new Set<TLSSocket>();
  #nanos = 1_790_000_000_000_000_000n;

  private constructor(readonly engine: StandInEngine) {
    engine.answer = async (socket, request) => await this.#answer(socket, request);
  }

  static async start(): Promise<StandInDocker> {
    return new StandInDocker(await StandInEngine.start());
  }

  async stop(): Promise<void> {
    await this.engine.stop();
  }

  get listeners(): number {
    return this.#eventSockets.size;
  }

  get openLogs(): number {
    return this.#logSockets.size;
  }

  logRequests(id: string): string[] {
    return this.requests.filter((request) => request.startsWith(`/containers/${id}/logs`));
  }

  create(name: string, labels: Readonly<Record<string, string>> = {}): StandInContainer {
    const id = `${name}-${'0'.repeat(64)}`.slice(0, 64);
    const container = new StandInContainer(id, name, labels);
    this.containers.set(id, container);
    this.emit('create', container);
    return container;
  }

  start(container: StandInContainer, at?: string): void {
    container.start(at);
    this.emit('start', container);
  }

  run(name: string, labels: Readonly<Record<string, string>> = {}): StandInContainer {
    const container = this.create(name, labels);
    this.start(container);
    return container;
  }

  end(container: StandInContainer, exitCode = 0, at?: string): void {
    container.end(exitCode, at);
    this.emit('die', container, { exitCode: String(exitCode) });
  }

  remove(container: StandInContainer): void {
    this.containers.delete(container.id);
    container.remove();
    this.emit('destroy', container);
  }

  emit(action: string, { id, name, labels }: StandInContainer, attributes: Record<string, string> = {}): void {
    if (this.tellsEvents)
      this.push({ Type: 'container', Action: action, Actor: { ID: id, Attributes: { name, ...labels, ...attributes } } });
  }

  push(event: object): void {
    this.#nanos += 1n;
    const line = `${JSON.stringify(event).slice(0, -1)},"timeNano":${String(this.#nanos)}}\n`;
    for (const socket of this.#eventSockets) socket.write(chunk(Buffer.from(line)));
  }

  cutLogs(): void {
    for (const socket of this.#logSockets) socket.destroy();
  }

  cutEvents(): void {
    for (const socket of this.#eventSockets) socket.destroy();
  }

  async #answer(socket: TLSSocket, request: string): Promise<void> {
    const target = /^GET \/v1\.41(\S+) HTTP\/1\.1\r\n/.exec(request)?.[1];
    if (target === undefined) return void socket.write(refusal(400, 'client version or method is not known'));
    this.requests.push(target);
    const { pathname, searchParams } = new URL(target, 'https://docker');
    if (pathname === '/containers/json') return void socket.write(json([...this.containers.values()].map(({ summary }) => summary)));
    if (pathname === '/events') return this.#keep(socket, this.#eventSockets);
    const [, id = '', what] = /^\/containers\/([^/]+)\/(json|logs)$/.exec(pathname) ?? [];
    if (what === 'json' && this.slowMs.inspect > 0) await pause(this.slowMs.inspect);
    const container = this.containers.get(id);
    if (!container) return void socket.write(refusal(404, `No such container: ${id}`));
    if (what === 'json') return void socket.write(json(container.details));
    await this.#stream(socket, container, searchParams.get('since') ?? '0', searchParams.get('follow') === '1');
  }

  /** An answer that goes on: one chunk for each thing that happens. */
  #keep(socket: TLSSocket, among: Set<TLSSocket>): void {
    among.add(socket);
    socket.on('close', () => among.delete(socket));
    socket.write('HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\nTransfer-Encoding: chunked\r\n\r\n');
  }

  /** As engines of 20.10 do it: `since` tests each message alone, a new file is read twice. A container that does not run is not followed. */
  async #stream(socket: TLSSocket, container: StandInContainer, since: string, wantsFollow: boolean): Promise<void> {
    const { run } = container;
    const isFollowed = wantsFollow && container.isRunning;
    let left = (isFollowed ? this.cutsAfter.shift() : undefined) ?? Number.POSITIVE_INFINITY;
    this.#keep(socket, this.#logSockets);
    // Files that were there when it was opened are read once.
    const reread = new Set(container.files);
    const filesBefore = reread.size;
    for (let next = 0; !socket.destroyed;) {
      next = Math.max(next, container.firstKept);
      const message = container.messages[next];
      if (!message) {
        const file = isFollowed ? container.files.find((first) => first < next && !reread.has(first)) : undefined;
        if (file !== undefined) {
          reread.add(file);
          next = file;
          continue;
        }
        if (container.leavesBehind && reread.size > filesBefore) {
          next = await container.fileAfter(next);
          continue;
        }
        if (!isFollowed || !container.isRunning || container.run !== run) return void socket.write('0\r\n\r\n');
        await container.changed;
        continue;
      }
      next += 1;
      if (since !== '0' && timeToSince(message.at) < since) continue;
      const bytes = chunk(container.bytesOf(message));
      if (bytes.length > left) return void socket.write(bytes.subarray(0, left), () => socket.destroy());
      left -= bytes.length;
      this.sent += 1;
      if (!socket.write(bytes)) await drained(socket);
      if (this.slowMs.message > 0) await pause(this.slowMs.message);
    }
  }
}

async function drained(socket: TLSSocket): Promise<void> {
  await new Promise<void>((resolve) => {
    if (!socket.writableNeedDrain || socket.destroyed) return resolve();
    const go = () => {
      socket.off('drain', go).off('close', go);
      resolve();
    };
    socket.on('drain', go).on('close', go);
  });
}

function chunk(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
}

function json(body: unknown): string {
  const text = JSON.stringify(body);
  return `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${String(Buffer.byteLength(text))}\r\n\r\n${text}`;
}

function refusal(status: number, message: string): string {
  return json({ message }).replace('200 OK', `${String(status)} Refused`);
}
