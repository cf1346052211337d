import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { StandInAuthority } from './stand-in-authority.js';

/** A host that speaks just enough of Docker's API for `docker version`, `docker ps` and `/_ping`, behind real mutual TLS. */
export class StandInHost {
  /** Serials that it refuses, as the gate in front of dockerd does. */
  readonly revoked = new Set<string>();
  /** `GET /v1.50/version`, in order. */
  readonly requests: string[] = [];
  dockerHost = '';
  #server: Server | null = null;

  async start(authority: StandInAuthority): Promise<void> {
    const files = await authority.hostFiles();
    const server = createServer({ ...files, requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.2' }, (request, response) => {
      this.requests.push(`${request.method ?? ''} ${request.url ?? ''}`);
      const path = (request.url ?? '').replace(/^\/v[0-9.]+/, '').split('?')[0];
      response.setHeader('Api-Version', '1.50').setHeader('Content-Type', 'application/json');
      if (path === '/_ping') response.end('OK');
      else if (path === '/version') response.end(JSON.stringify({ Version: '28.2.2', ApiVersion: '1.50', Os: 'linux', Arch: 'amd64' }));
      else if (path === '/containers/json') response.end('[]');
      else response.writeHead(404).end(JSON.stringify({ message: `the stand-in host has no ${path ?? ''}` }));
    });
    server.on('secureConnection', (socket: TLSSocket) => {
      if (this.revoked.has(socket.getPeerCertificate().serialNumber.toLowerCase())) socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.dockerHost = `tcp://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    this.#server = server;
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve) ?? resolve(null));
  }
}
