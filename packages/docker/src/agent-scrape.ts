import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect as connectTls, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import { AppError } from '@dockhero/domain/errors';
import type { DockerConnection } from '@dockhero/domain/ports/docker-engine';

/** Connection, handshake and answer together, in milliseconds. */
const lookMs = 5_000;
/** Room for 5,000 containers of five lines each. */
const answerBytesMax = 4 * 1024 * 1024;
/**
 * OpenSSL 3.5 offers a post-quantum key first, and makes one for each handshake: the costliest part of a resumed one. The agents' Node 18 knows
 * none of the kind, so it would only be thrown away.
 */
const tlsOptions = { minVersion: 'TLSv1.3', ecdhCurve: 'X25519:P-256' } as const;

/** What makes the next handshake with a host cheap. */
interface Resumption {
  readonly session: Buffer;
  /** A new client certificate has to be shown: another key ends it. */
  readonly key: DockerConnection['clientKeyPem'];
}

/**
 * `GET /metrics` of host agents. A connection is made for each look and closed after it: thousands of open sockets would cost more than they
 * save. A TLS session is kept per host instead: a resumed handshake shows and checks no certificates, so neither are read again.
 */
export class AgentScrape {
  readonly #resumptions = new Map<string, Resumption>();
  #resumingContext: SecureContext | undefined;

  /** @param port of the agents. */
  constructor(private readonly port: number) {}

  /** The answer's text. @throws AppError `agent_unreachable`: no connection, another status than 200, too much, or not in time. */
  async metrics(hostId: string, connection: DockerConnection): Promise<string> {
    const signal = AbortSignal.timeout(lookMs);
    try {
      const known = this.#resumptions.get(hostId);
      if (known?.key === connection.clientKeyPem) {
        const resumed = await this.#look(hostId, connection, signal, known.session);
        if (resumed !== null) return resumed;
      }
      this.#resumptions.delete(hostId);
      return (await this.#look(hostId, connection, signal)) ?? '';
    } catch (cause) {
      throw new AppError('agent_unreachable', { action: 'metrics', address: connection.address }, { cause });
    }
  }

  /** Drops what is kept for a host. */
  forget(hostId: string): void {
    this.#resumptions.delete(hostId);
  }

  /** Null when the host did not take the session up again: nothing was proved, nothing was sent. */
  async #look(hostId: string, connection: DockerConnection, signal: AbortSignal, session?: Buffer): Promise<string | null> {
    const socket = connectTls({
      host: connection.address,
      port: this.port,
      servername: '',
      secureContext: session ? this.#contextToResume() : contextOf(connection),
      ...(session ? { session } : {}),
    });
    const key = connection.clientKeyPem;
    socket.on('session', (next: Buffer) => this.#resumptions.set(hostId, { session: next, key }));
    let isConnected = false;
    socket.once('connect', () => (isConnected = true));
    try {
      return await read(socket, connection.address, signal);
    } catch (error) {
      const wasRefused = session !== undefined && isConnected && !socket.isSessionReused() && !signal.aborted;
      if (wasRefused) return null;
      throw error;
    } finally {
      socket.destroy();
    }
  }

  /** Knows no certificate at all, so only a session that was checked when it began gets through. */
  #contextToResume(): SecureContext {
    this.#resumingContext ??= createSecureContext({ ca: [], ...tlsOptions });
    return this.#resumingContext;
  }
}

/** Not kept: each holds some 150 KB, and clusters are many. */
function contextOf({ caCertificatePem, clientCertificatePem, clientKeyPem }: DockerConnection): SecureContext {
  return createSecureContext({ ca: caCertificatePem, cert: clientCertificatePem, key: clientKeyPem.reveal(), ...tlsOptions });
}

async function read(socket: TLSSocket, address: string, signal: AbortSignal): Promise<string> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = httpRequest({ createConnection: () => socket, host: address, path: '/metrics', signal });
    request.on('response', resolve);
    request.on('error', reject);
    // A host is its customer's, and may answer 101 Switching Protocols: that ends the request with neither of the two, and the signal ends nothing more.
    request.on('close', () => reject(new Error('the connection ended without an answer')));
    request.end();
  });
  // From here on the socket's errors are the body's.
  socket.on('error', () => {});
  if (response.statusCode !== 200) throw new Error(`the agent answers ${String(response.statusCode)}`);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > answerBytesMax) throw new Error(`the answer is longer than ${String(answerBytesMax)} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes).toString('utf8');
}
