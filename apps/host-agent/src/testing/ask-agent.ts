import { request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import type { SecureVersion, TLSSocket } from 'node:tls';
import type { ClientPems } from './test-certificates.js';

export interface AgentAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly isResumed: boolean;
  /** The host's certificate. */
  readonly serial: string;
}

interface AskOptions {
  readonly body?: string;
  /** A TLS session to go on with. */
  readonly session?: Buffer;
  readonly minVersion?: SecureVersion;
  readonly maxVersion?: SecureVersion;
}

/** One request over a connection of its own. @throws Error when the handshake fails or the connection is cut. */
export function askAgent(
  port: number,
  client: Partial<ClientPems>,
  method: string,
  path: string,
  { body = '', ...more }: AskOptions = {},
): Promise<AgentAnswer> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, servername: 'host-1', method, path, agent: false, ...client, ...more };
    const sent = request(options, (response) => {
      const socket = response.socket as TLSSocket;
      const [isResumed, serial] = [socket.isSessionReused(), socket.getPeerCertificate().serialNumber];
      readText(response).then(
        (body) => resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '', body, isResumed, serial }),
        reject,
      );
    });
    sent.once('error', reject).end(body);
  });
}

async function readText(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return text;
}
