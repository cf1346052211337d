import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { agentClientName } from '@dockhero/contracts/agent-api';
import type { Certificates } from './certificates.js';
import { reasonOf, type Log } from '../log.js';
import { readBody } from './read-body.js';

const requestTimeoutMs = 10_000;
/** Longer than the 15 s between two samples, so that a connection may serve many. */
const keepAliveMs = 65_000;
const maxConnections = 64;
/** The longest is a list of blocks to check. */
const maxBodyBytes = 4096;

export interface Answer {
  readonly status: number;
  readonly type?: string;
  readonly body?: string;
}

/** By path, then by method. A handler gets the body, at most 4 KiB. */
export type Routes = Readonly<Record<string, Readonly<Record<string, (body: string) => Answer | Promise<Answer>>>>>;

/** HTTPS that asks for a certificate of the cluster's authority, and lets in the control plane's alone: customers hold others of that authority. */
export function createAgentServer({ cert, key, ca }: Certificates, routes: Routes, log: Log): Server {
  const server = createServer(
    {
      cert,
      key,
      ca,
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: 'TLSv1.2',
      handshakeTimeout: requestTimeoutMs,
      maxHeaderSize: 8192,
      requestTimeout: requestTimeoutMs,
      headersTimeout: requestTimeoutMs,
      connectionsCheckingInterval: 5_000,
    },
    (request, response) => {
      answer(request, routes)
        .catch((error: unknown) => {
          log(`${request.method} ${request.url?.slice(0, 100)} failed: ${reasonOf(error)}`);
          return sentence(500, 'The agent could not do this. Its journal says why.');
        })
        .then((reply) => send(response, reply))
        .catch(() => response.destroy());
    },
  );
  server.keepAliveTimeout = keepAliveMs;
  server.maxConnections = maxConnections;
  return server;
}

/** Every answer that is no success says why, as JSON. */
export function sentence(status: number, message: string): Answer {
  return json(status, { message });
}

export function json(status: number, value: object): Answer {
  return { status, type: 'application/json', body: JSON.stringify(value) };
}

async function answer(request: IncomingMessage, routes: Routes): Promise<Answer> {
  if (!isControlPlane(request.socket as TLSSocket)) return sentence(403, 'This certificate may not speak with the agent.');
  const path = request.url?.split('?')[0] ?? '';
  const methods = Object.hasOwn(routes, path) ? routes[path] : undefined;
  if (!methods) return sentence(404, 'The agent has no such page.');
  const handler = Object.hasOwn(methods, request.method ?? '') ? methods[request.method ?? ''] : undefined;
  if (!handler) return sentence(405, `Allowed here: ${Object.keys(methods).join(', ')}.`);
  const body = await readBody(request, maxBodyBytes);
  return body === null ? sentence(413, `At most ${maxBodyBytes} bytes.`) : await handler(body);
}

/** The chain was checked in the handshake, of a resumed session in the one that it continues. */
function isControlPlane(socket: TLSSocket): boolean {
  const { subject } = socket.getPeerCertificate();
  return socket.authorized && (subject as { CN?: unknown } | undefined)?.CN === agentClientName;
}

function send(response: ServerResponse, { status, type = 'text/plain; charset=utf-8', body = '' }: Answer): void {
  const headers = { 'content-type': type, 'content-length': Buffer.byteLength(body), ...(status === 413 ? { connection: 'close' } : {}) };
  response.writeHead(status, headers).end(body);
}
