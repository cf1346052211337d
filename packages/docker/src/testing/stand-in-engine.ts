import 'reflect-metadata';
import { once } from 'node:events';
import type { Server as HttpServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { randomBytes, webcrypto } from 'node:crypto';
import type { DockerConnection } from '@dockhero/domain/ports/docker-engine';
import * as x509 from '@peculiar/x509';
import { createAuthority, issueClientCertificate, readSigningRequest, signHostCertificate, type Authority } from '../cluster-authority.js';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** Gets each request once it is whole, and answers by hand. */
export type Answer = (socket: TLSSocket, request: string) => void | Promise<void>;

/** A host's Docker port: TLS as the hosts speak it, clients of the cluster's authority only. What is answered is the test's to say. */
export class StandInEngine {
  readonly requests: string[] = [];
  readonly sockets: TLSSocket[] = [];
  answer: Answer = (socket) => void socket.destroy();
  /** All, also those whose handshake was never finished. */
  readonly #connections = new Set<Socket>();
  #serveOver: ((socket: TLSSocket) => void) | undefined;

  private constructor(
    readonly authority: Authority,
    private readonly server: Server,
    readonly connection: DockerConnection,
  ) {
    server.on('secureConnection', (socket: TLSSocket) => (this.#serveOver ?? this.#serve.bind(this))(socket));
    server.on('tlsClientError', () => {});
    server.on('connection', (socket: Socket) => {
      this.#connections.add(socket);
      socket.once('close', () => this.#connections.delete(socket));
    });
  }

  /** @param addresses that its certificate names, besides 127.0.0.1. */
  static async start(addresses: readonly string[] = []): Promise<StandInEngine> {
    const authority = await createAuthority('dockhero-test-1');
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const wish = await x509.Pkcs10CertificateRequestGenerator.create({ name: 'CN=host-1', keys, signingAlgorithm: algorithm });
    const names = { commonName: 'host-1', dnsNames: ['host-1'], addresses };
    const cert = await signHostCertificate(authority, await readSigningRequest(wish.toString('pem')), names);
    const key = x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), x509.PemConverter.PrivateKeyTag);
    const server = createServer({ cert, key, ca: authority.certificatePem, requestCert: true, rejectUnauthorized: true });
    const engine = new StandInEngine(authority, server, await connectionOf(authority, authority));
    server.listen(0, '0.0.0.0');
    await once(server, 'listening');
    return engine;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Lets `http` answer from now on. */
  serveHttp(http: HttpServer, onSocket: (socket: TLSSocket) => void): void {
    this.#serveOver = (socket) => {
      this.sockets.push(socket);
      onSocket(socket);
      http.emit('connection', socket);
    };
  }

  /** As after a restart: sessions from before are not taken up again. */
  forgetSessions(): void {
    this.server.setTicketKeys(randomBytes(48));
  }

  async stop(): Promise<void> {
    this.server.close();
    for (const socket of this.#connections) socket.destroy();
    await once(this.server, 'close');
  }

  #serve(socket: TLSSocket): void {
    this.sockets.push(socket);
    let read = '';
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('data', (bytes: Buffer) => {
      read += bytes.toString('latin1');
      const [header = '', body] = read.split('\r\n\r\n');
      if (body === undefined || body.length < Number(/content-length: (\d+)/i.exec(header)?.[1] ?? 0)) return;
      this.requests.push(read);
      void this.answer(socket, read);
      read = '';
    });
  }
}

/** How a client with a certificate of `ofClient` reaches a host that it knows by `ofHost`. */
export async function connectionOf(ofHost: Authority, ofClient: Authority, address = '127.0.0.1'): Promise<DockerConnection> {
  const client = await issueClientCertificate(ofClient, 'dockhero control plane', 3_600_000);
  return {
    address,
    caCertificatePem: ofHost.certificatePem,
    clientCertificatePem: client.certificatePem,
    clientKeyPem: client.keyPem,
  };
}
