import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { AppError } from '@dockhero/domain/errors';
import type { DockerConnection } from '@dockhero/domain/ports/docker-engine';

/** Longest answer in bytes, unless the call expects more: a host is its customer's, and may say anything. */
const answerBytesMax = 16_384;

export interface AgentCall {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly body?: object;
  readonly port: number;
  /** From the first packet to the last byte of the answer, in milliseconds. */
  readonly timeoutMs: number;
  readonly answerBytesMax?: number;
  /** Statuses besides 2xx that are answers. */
  readonly alsoTakes?: readonly number[];
}

export interface AgentAnswer {
  readonly status: number;
  readonly body: string;
}

/** One call to a host's agent over mutual TLS. @throws AppError `agent_unreachable`: also for a status that is no answer. */
export async function callAgent(connection: DockerConnection, call: AgentCall): Promise<AgentAnswer> {
  try {
    return await send(connection, call);
  } catch (cause) {
    throw new AppError('agent_unreachable', { action: `${call.method} ${call.path}`, address: connection.address }, { cause });
  }
}

/** One connection a call: agents are asked minutes apart. */
async function send({ address, ...tls }: DockerConnection, call: AgentCall): Promise<AgentAnswer> {
  const { method, path, port, timeoutMs, alsoTakes = [] } = call;
  const body = call.body === undefined ? '' : JSON.stringify(call.body);
  const { promise, resolve, reject } = Promise.withResolvers<AgentAnswer>();
  const sent = request(
    {
      host: address,
      port,
      method,
      path,
      agent: false,
      ca: tls.caCertificatePem,
      cert: tls.clientCertificatePem,
      key: tls.clientKeyPem.reveal(),
      headers: body === '' ? { 'content-length': 0 } : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      signal: AbortSignal.timeout(timeoutMs),
    },
    (response) => {
      const status = response.statusCode ?? 0;
      if ((status >= 200 && status < 300) || alsoTakes.includes(status))
        return void readAnswer(response, call.answerBytesMax ?? answerBytesMax).then((text) => resolve({ status, body: text }), reject);
      response.destroy();
      reject(new Error(`status ${status}`));
    },
  );
  sent.once('error', reject);
  // 101 Switching Protocols ends it with neither an error nor a response, and what has ended the signal ends no more. Behind a response comes its own end.
  let isAnswered = false;
  sent.once('response', () => (isAnswered = true));
  sent.once('close', () => {
    if (!isAnswered) reject(new Error('the connection ended without an answer'));
  });
  sent.end(body);
  return await promise;
}

async function readAnswer(response: IncomingMessage, bytesMax: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw new Error('the answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
