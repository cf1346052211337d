import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { agentPort, type AgentSettings, type AgentVersion } from '@dockhero/contracts/agent-api';
import { AppError } from '@dockhero/domain/errors';
import type { DockerConnection } from '@dockhero/domain/ports/docker-engine';
import { HostAgents } from '@dockhero/domain/ports/host-agents';

/** From the first packet to the last byte of the answer. */
const callMs = 5_000;
/** Longest answer in bytes: a host is its customer's, and may say anything. */
const answerBytesMax = 16_384;

/** The agents of hosts over mutual TLS. */
export class HostAgentClient extends HostAgents {
  /** @param port another than the agents' own, for tests. @param timeoutMs of a whole call. */
  constructor(
    private readonly port: number = agentPort,
    private readonly timeoutMs: number = callMs,
  ) {
    super();
  }

  override async version(connection: DockerConnection): Promise<AgentVersion> {
    const answer = await this.#call(connection, 'GET', '/version');
    const version = readVersion(answer);
    if (!version) throw new AppError('agent_unreachable', { address: connection.address, reason: 'unexpected answer' });
    return version;
  }

  override async upgrade(connection: DockerConnection): Promise<void> {
    await this.#call(connection, 'POST', '/upgrade');
  }

  override async applySettings(connection: DockerConnection, settings: AgentSettings): Promise<void> {
    await this.#call(connection, 'PUT', '/settings', settings);
  }

  async #call(connection: DockerConnection, method: string, path: string, body?: object): Promise<string> {
    try {
      return await this.#send(connection, method, path, body === undefined ? '' : JSON.stringify(body));
    } catch (cause) {
      throw new AppError('agent_unreachable', { action: `${method} ${path}`, address: connection.address }, { cause });
    }
  }

  /** One connection a call: agents are asked minutes apart. */
  async #send({ address, ...tls }: DockerConnection, method: string, path: string, body: string): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const sent = request(
      {
        host: address,
        port: this.port,
        method,
        path,
        agent: false,
        ca: tls.caCertificatePem,
        cert: tls.clientCertificatePem,
        key: tls.clientKeyPem.reveal(),
        headers: body === '' ? { 'content-length': 0 } : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
        signal: AbortSignal.timeout(this.timeoutMs),
      },
      (response) => {
        const status = response.statusCode ?? 0;
        if (status >= 200 && status < 300) return void readAnswer(response).then(resolve, reject);
        response.destroy();
        reject(new Error(`status ${status}`));
      },
    );
    sent.once('error', reject);
    sent.end(body);
    return await promise;
  }
}

async function readAnswer(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > answerBytesMax) throw new Error('the answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function readVersion(answer: string): AgentVersion | null {
  try {
    const { version, sha256 } = JSON.parse(answer) as Partial<Record<string, unknown>>;
    return typeof version === 'string' && typeof sha256 === 'string' ? { version, sha256 } : null;
  } catch {
    return null;
  }
}
