import { Agent as HttpsAgent, request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import path from 'node:path';
import { readFileSync } from 'node:fs';
import { agentClientName } from '@dockhero/contracts/agent-api';
import { controlServerName, type AgentVolume } from '@dockhero/contracts/agent-volumes';
import { fieldsOf, listOf, textOf } from '../docker/read-json.js';
import { DriverError } from './driver-error.js';
import { parseAgentVolume } from './parse-agent-volume.js';

const timeoutMs = 10_000;
const maxAnswerBytes = 4 * 2 ** 20;

export interface ControlPlaneContext {
  readonly url: string;
  readonly hostId: string;
  /** Our key and certificate, and the cluster's authority; read again for each connection. */
  readonly tlsDir: string;
}

/** It gave no answer that tells anything: down, too busy, or not who it should be. */
export class Unreachable extends DriverError {
  constructor(readonly reason: string) {
    super(`Dockhero does not answer at the moment (${reason}). Try again in a minute.`);
  }
}

/** It refuses: 4xx. The message is its sentence. */
export class Refused extends DriverError {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** The other side closed a kept connection as we were writing to it: an API that restarts. Nothing was answered. */
class Stale extends Error {}

/** The API's listener for agents. Every call is bounded in time. @throws Unreachable, Refused. */
export class ControlPlane {
  readonly #connections = new HttpsAgent({
    keepAlive: true,
    maxSockets: 4,
    timeout: 30_000,
    // Customers hold certificates of this authority: the name tells who it is. Of each request, newer Nodes would keep no connection.
    checkServerIdentity: (_, { subject }) => (subject.CN === agentClientName ? undefined : new Error('that is not the control plane')),
  });

  constructor(private readonly context: ControlPlaneContext) {}

  close(): void {
    this.#connections.destroy();
  }

  /** All of the cluster. */
  async list(limitMs = timeoutMs): Promise<AgentVolume[]> {
    const { volumes } = fieldsOf(await this.#call('GET', '/agent/volumes', undefined, limitMs));
    if (!Array.isArray(volumes)) throw new Unreachable('its answer is no list');
    return listOf(volumes).map(parseAgentVolume);
  }

  async create(name: string, options: Readonly<Record<string, string>>): Promise<AgentVolume> {
    return parseAgentVolume(await this.#call('POST', '/agent/volumes', { name, options }));
  }

  async find(id: string): Promise<AgentVolume> {
    return parseAgentVolume(await this.#call('GET', `/agent/volumes/${id}`));
  }

  async attach(id: string): Promise<AgentVolume> {
    return parseAgentVolume(await this.#call('POST', `/agent/volumes/${id}/attach`, {}));
  }

  async release(id: string): Promise<void> {
    await this.#call('POST', `/agent/volumes/${id}/release`, {});
  }

  async reportFormatted(id: string, generation: number): Promise<AgentVolume> {
    return parseAgentVolume(await this.#call('POST', `/agent/volumes/${id}/formatted`, { generation }));
  }

  async remove(id: string): Promise<void> {
    await this.#call('DELETE', `/agent/volumes/${id}`);
  }

  async #call(method: string, where: string, body?: object, limitMs = timeoutMs): Promise<unknown> {
    const sent = this.#sendAnew(method, where, body === undefined ? '' : JSON.stringify(body), limitMs);
    const [status, text] = await sent.catch((error: unknown) => {
      throw new Unreachable((error as Error).message);
    });
    const value = parseJson(text);
    if (status >= 200 && status < 300) return value;
    const message = textOf(fieldsOf(value).message);
    if (status >= 400 && status < 500 && status !== 408 && status !== 429 && message !== '') throw new Refused(status, message);
    throw new Unreachable(message || `status ${status}`);
  }

  /** Every call may come twice. Ends: each failure uses up a connection, and a new one is never stale; all of them together take no longer than one may. */
  async #sendAnew(method: string, where: string, body: string, limitMs: number): Promise<[number, string]> {
    const signal = AbortSignal.timeout(limitMs);
    for (;;) {
      try {
        return await this.#send(method, where, body, signal);
      } catch (error) {
        if (!(error instanceof Stale)) throw error;
      }
    }
  }

  #send(method: string, where: string, body: string, signal: AbortSignal): Promise<[number, string]> {
    const { url, hostId, tlsDir } = this.context;
    const pem = (name: string): Buffer => readFileSync(path.join(tlsDir, name));
    return new Promise((resolve, reject) => {
      const sent = request(new URL(where, url), {
        method,
        agent: this.#connections,
        signal,
        headers: body === '' ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
        cert: pem('cert.pem'),
        key: pem('key.pem'),
        ca: pem('ca.pem'),
        minVersion: 'TLSv1.2',
        servername: controlServerName(hostId),
      });
      sent.once('error', (error: NodeJS.ErrnoException) => {
        const isStale = sent.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
        reject(isStale ? new Stale(error.message) : error);
      });
      sent.once('response', (response) => void readText(response).then((text) => resolve([response.statusCode ?? 0, text]), reject));
      sent.end(body);
    });
  }
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxAnswerBytes) throw new Error('its answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string): unknown {
  try {
    return text === '' ? null : (JSON.parse(text) as unknown);
  } catch {
    return null;
  }
}
