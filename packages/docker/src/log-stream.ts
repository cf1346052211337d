import { connect as connectTls, type TLSSocket } from 'node:tls';
import { AppError } from '@dockhero/domain/errors';
import type { DockerConnection } from '@dockhero/domain/ports/docker-engine';
import { apiVersion, dockerPort } from './api-version.js';
import { ChunkedBody } from './chunked-body.js';
import { secureContextOf } from './secure-context.js';

/** TLS handshake and response header together. */
const openMs = 10_000;
/** A stream that is silent says nothing about its connection; the kernel asks. */
const keepAliveMs = 15_000;
const headerBytesMax = 64 * 1024;

export interface LogRequest {
  readonly containerId: string;
  /** Lines of that time and later: `SECONDS.NANOSECONDS`, nine digits after the dot; `0` for all. */
  readonly since: string;
  /** False reads what is stored and ends. */
  readonly follow: boolean;
  /** Another port than Docker's, for tests and benchmarks. */
  readonly port?: number | undefined;
}

/** Who takes the stream. Called synchronously, one at a time. */
export interface LogReader {
  /** Docker answers: called once, before anything of the stream. */
  onOpen?(): void;
  /** Docker's stream frames (or a terminal's bytes). `bytes` is the reader's to keep. */
  onData(bytes: Buffer): void;
  /** Called once. @param error null when Docker has ended the stream itself: everything was read. */
  onEnd(error: AppError | null): void;
}

/** A connection for a log stream, made ahead: a container may live for less time than a handshake takes. Whoever makes it listens for errors. */
export function connectForLog(connection: DockerConnection, port = dockerPort): TLSSocket {
  const { address, caCertificatePem: ca, clientCertificatePem: cert, clientKeyPem } = connection;
  const socket = connectTls({
    host: address,
    port,
    secureContext: secureContextOf({ ca, cert, key: clientKeyPem.reveal() }),
    // Node compares host names only when there is one; addresses are in the certificate too.
    servername: '',
  });
  return socket.setKeepAlive(true, keepAliveMs);
}

/**
 * One container's log, as Docker streams it: `GET /containers/{id}/logs` with both streams and timestamps, over a connection of its own.
 * Speaks HTTP by itself (see ChunkedBody). Ends with AppError `docker_unreachable` when the connection fails or is cut, `docker_rejected`
 * with the status when Docker refuses.
 */
export class LogStream {
  readonly #body = new ChunkedBody();
  #header: Buffer | null = Buffer.alloc(0);
  #status = 0;
  #refusal = '';
  #ended = false;
  #timer: NodeJS.Timeout;

  constructor(
    private readonly connection: DockerConnection,
    private readonly request: LogRequest,
    private readonly reader: LogReader,
    private readonly socket: TLSSocket = connectForLog(connection, request.port),
  ) {
    this.#timer = setTimeout(() => this.#fail(new Error(`no answer within ${String(openMs)} ms`)), openMs);
    const send = (): void => void socket.write(requestText(connection.address, request));
    if (socket.authorized) send();
    else socket.on('secureConnect', send);
    this.socket.on('data', (bytes: Buffer) => this.#take(bytes));
    this.socket.on('error', (error) => this.#fail(error));
    this.socket.on('close', () => this.#fail(new Error('the connection was closed')));
  }

  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  /** Ends it without a word to the reader. */
  close(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.socket.destroy();
  }

  #take(bytes: Buffer): void {
    if (this.#ended) return;
    try {
      const body = this.#header === null ? bytes : this.#readHeader(bytes);
      if (body.length === 0) return;
      const data = this.#body.decode(body);
      if (this.#status !== 200) this.#refusal += data.toString('utf8').slice(0, 1_000);
      else if (data.length > 0) this.reader.onData(data);
      if (this.#body.isComplete) this.#finish();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** What follows the header; empty while that is not whole. */
  #readHeader(bytes: Buffer): Buffer {
    const read = Buffer.concat([this.#header ?? Buffer.alloc(0), bytes]);
    const end = read.indexOf('\r\n\r\n');
    if (end < 0) {
      if (read.length > headerBytesMax) throw new Error('the answer has no header');
      this.#header = read;
      return Buffer.alloc(0);
    }
    clearTimeout(this.#timer);
    this.#header = null;
    this.reader.onOpen?.();
    const header = read.toString('latin1', 0, end);
    this.#status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(header)?.[1] ?? 0);
    if (this.#status === 0) throw new Error('the answer is not HTTP');
    if (!/\r\ntransfer-encoding: *chunked/i.test(header)) {
      if (this.#status === 200) throw new Error('the log is not chunked');
      // Docker streams chunked; a refusal may come whole. Its words do not matter, its status does.
      this.#finish();
      return Buffer.alloc(0);
    }
    return read.subarray(end + 4);
  }

  #finish(): void {
    if (this.#ended) return;
    this.close();
    if (this.#status === 200) this.reader.onEnd(null);
    else this.reader.onEnd(new AppError('docker_rejected', { action: 'logs', statusCode: this.#status, words: this.#refusal }));
  }

  #fail(cause: unknown): void {
    if (this.#ended) return;
    this.close();
    const { containerId } = this.request;
    this.reader.onEnd(new AppError('docker_unreachable', { action: 'logs', address: this.connection.address, containerId }, { cause }));
  }
}

function requestText(address: string, { containerId, since, follow }: LogRequest): string {
  const query = `stdout=1&stderr=1&timestamps=1&follow=${follow ? '1' : '0'}&since=${since}`;
  return `GET /${apiVersion}/containers/${encodeURIComponent(containerId)}/logs?${query} HTTP/1.1\r\nHost: ${address}\r\nUser-Agent: dockhero-log-drain\r\n\r\n`;
}
