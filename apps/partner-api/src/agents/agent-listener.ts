import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { TLSSocket, type SecureContext } from 'node:tls';
import { callbackify } from 'node:util';
import { controlServerName } from '@dockhero/contracts/volume-agent-api';
import { HostIdentityStore } from '@dockhero/database/host-identity-store';
import { ControlServerContexts } from '@dockhero/docker/control-server-contexts';
import { AppError, errorCatalog, hasCode } from '@dockhero/domain/errors';
import type { BeforeApplicationShutdown } from '@nestjs/common';
import type { Logger } from 'pino';
import { z } from 'zod';

const uuid = z.uuid();
/** What agents may ask for here, and nobody elsewhere. */
const pathPrefix = '/agent/';

/** Milliseconds. Agents keep connections; a handshake that does not get on is somebody else's. */
const handshakeMs = 10_000;
const requestMs = 30_000;
const keepAliveMs = 75_000;
const drainMs = 5_000;

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Where the hosts' agents call: mutual TLS, by each cluster's own authority. The server name of the handshake says which host calls, hence whose
 * authority signs our certificate and must have signed the host's. Who the caller really is, `HostCertificateGuard` finds out for each request.
 */
export class AgentListener implements BeforeApplicationShutdown {
  #server: Server | undefined;
  readonly #sockets = new WeakSet<object>();

  constructor(
    private readonly hosts: HostIdentityStore,
    private readonly contexts: ControlServerContexts,
    private readonly logger: Logger,
  ) {}

  /** @param handle takes requests of agents. @returns the port. */
  async listen(port: number, host: string, handle: Handler): Promise<number> {
    const server = createServer(
      {
        requestCert: true,
        rejectUnauthorized: true,
        minVersion: 'TLSv1.2',
        handshakeTimeout: handshakeMs,
        requestTimeout: requestMs,
        keepAliveTimeout: keepAliveMs,
        SNICallback: callbackify((name: string) => this.#contextFor(name)),
      },
      (request, response) => {
        if (request.url?.startsWith(pathPrefix)) handle(request, response);
        else refuse(response);
      },
    );
    server.on('secureConnection', (socket) => this.#sockets.add(socket));
    server.on('tlsClientError', () => {}); // whoever has no certificate of ours: the Internet is full of them
    this.#server = server;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    server.once('error', reject);
    server.listen(port, host, resolve);
    await promise;
    return (server.address() as AddressInfo).port;
  }

  /** The connection that a request came by, if it came by this listener and its certificate was verified. */
  connectionOf(request: IncomingMessage): TLSSocket | null {
    const { socket } = request;
    return socket instanceof TLSSocket && this.#sockets.has(socket) && socket.authorized ? socket : null;
  }

  /** Answers what is under way; connections that idle are cut. */
  async beforeApplicationShutdown(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    server.close(() => resolve());
    const timer = setTimeout(() => server.closeAllConnections(), drainMs);
    await promise;
    clearTimeout(timer);
  }

  /** @throws AppError for a name that is none of ours: the handshake ends. */
  async #contextFor(name: string): Promise<SecureContext> {
    const hostId = hostIdOf(name);
    if (hostId === null) throw new AppError('host_certificate', { name });
    try {
      const host = await this.hosts.find(hostId);
      if (!host) throw new AppError('host_certificate', { hostId });
      return await this.contexts.of(host.resourceId);
    } catch (error) {
      // Whoever calls sees a handshake that failed, and nothing of why.
      this.logger[hasCode(error, 'host_certificate') ? 'info' : 'error']({ hostId, error }, 'handshake with a host refused');
      throw error;
    }
  }
}

/** The host that a server name is of. */
export function hostIdOf(name: string): string | null {
  const { data: hostId } = uuid.safeParse(name.split('.')[0]);
  return hostId !== undefined && name === controlServerName(hostId) ? hostId : null;
}

function refuse(response: ServerResponse): void {
  const { status, message } = errorCatalog.address_unknown;
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify({ id: 'address_unknown', message }));
}
