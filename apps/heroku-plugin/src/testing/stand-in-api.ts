import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CertificateRequest, ClientStatus, IssuedCertificate, ListedCertificate } from '@dockhero/contracts/client-api';
import { StandInAuthority } from './stand-in-authority.js';
import { StandInMonitoring } from './stand-in-monitoring.js';
import { StandInVolumes } from './stand-in-volumes.js';

interface Issued {
  readonly serial: string;
  readonly label: string;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
  revokedAt: Date | null;
}

/** The routes below the capability URL, with state and rules of their own, over real HTTP and with real certificates. */
export class StandInApi {
  authority!: StandInAuthority;
  token = randomBytes(16).toString('hex');
  /** `POST /certificates`, in order; without the token. */
  readonly requests: string[] = [];
  readonly headers: IncomingMessage['headers'][] = [];
  readonly issued: Issued[] = [];
  status: ClientStatus = { status: 'running', state: 'provisioned', step: null, waiting_for: null, reason: null, events: [] };
  dockerHost = 'tcp://127.0.0.1:2376';
  lifetimeMs = 12 * 3_600_000;
  /** Added to the `Date` header. */
  clockAheadMs = 0;
  /** Answers all with this status. */
  failWith: number | null = null;
  /** Time before each answer. */
  delayMs = 0;
  bundleEnabled = true;
  rotations = 0;
  readonly monitoring = new StandInMonitoring();
  readonly volumes = new StandInVolumes();
  /** Sets the new URL on the app, as the provider does before the old one dies. */
  publish: (configUrl: string) => Promise<unknown> = () => Promise.resolve();
  #server: Server | null = null;
  #origin = '';

  get configUrl(): string {
    return `${this.#origin}/c/${this.token}`;
  }

  async start(): Promise<void> {
    this.authority = await StandInAuthority.create();
    this.#server = createServer((request, response) => {
      void this.#handle(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
    });
    await new Promise<void>((resolve) => this.#server?.listen(0, '127.0.0.1', resolve));
    this.#origin = `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`;
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve) ?? resolve(null));
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path = '', query = ''] = (request.url ?? '').replace(/^\/c\/[^/?]+/, '').split('?');
    const route = `${request.method ?? ''} ${path}`.trim();
    this.requests.push(route);
    this.headers.push(request.headers);
    const body = await readBody(request);
    if (this.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, this.delayMs));
    response.setHeader('date', new Date(Date.now() + this.clockAheadMs).toUTCString()).setHeader('content-type', 'application/json');
    const token = request.url?.split('/')[2] ?? '';
    const [status, answer, headers = {}] = await this.#answer(token, route, body, new URLSearchParams(query));
    response.writeHead(status, headers).end(Buffer.isBuffer(answer) ? answer : JSON.stringify(answer));
  }

  async #answer(token: string, route: string, body: unknown, query: URLSearchParams): Promise<[number, unknown, Record<string, string>?]> {
    if (this.failWith !== null) return [this.failWith, { id: 'internal_error', message: 'Something broke.', request_id: 'r' }];
    if (token !== this.token) return [404, { id: 'resource_not_found', message: 'This add-on does not exist.', request_id: 'r' }];
    if (route === 'GET /status') return [200, this.status];
    const ofMonitoring = this.monitoring.answer(route, query, body);
    if (ofMonitoring) return ofMonitoring;
    const ofVolumes = await this.volumes.answer(route, query, body);
    if (ofVolumes) return ofVolumes;
    if (this.status.status !== 'running') return [409, { id: 'not_ready', message: 'Not ready yet.', request_id: 'r' }];
    if (route === 'GET') return [200, this.#config()];
    if (route === 'POST /certificates') return [201, await this.#issue(body as CertificateRequest)];
    if (route === 'GET /certificates') return [200, { certificates: this.issued.map(listed), bundle_enabled: this.bundleEnabled }];
    const now = new Date();
    const when = { revoked_at: now.toISOString(), effective_by: new Date(now.getTime() + 60_000).toISOString() };
    if (route === 'POST /certificates/rotation') {
      for (const one of this.issued) one.revokedAt ??= now;
      return [200, { revoked: this.issued.length, ...when }];
    }
    if (route === 'POST /rotation') {
      this.rotations += 1;
      void this.#rotate();
      return [202, { rotating: true }];
    }
    if (route === 'PUT /bundle') {
      this.bundleEnabled = (body as { enabled: boolean }).enabled;
      return [200, { enabled: this.bundleEnabled, revoked: 0, effective_by: when.effective_by }];
    }
    const serial = /^DELETE \/certificates\/(.+)$/.exec(route)?.[1];
    const found = this.issued.find((one) => one.serial === serial);
    if (!found) return [404, { id: 'certificate_not_found', message: 'There is no such certificate.', request_id: 'r' }];
    found.revokedAt ??= now;
    return [200, { serial, ...when }];
  }

  async #rotate(): Promise<void> {
    const token = randomBytes(16).toString('hex');
    await this.publish(`${this.#origin}/c/${token}`);
    this.token = token;
  }

  #config(): object {
    return {
      name: 'dockhero-curved-12345',
      docker_host: this.dockerHost,
      certs: `${this.configUrl}/certs`,
      ip: '127.0.0.1',
      ssh_user: 'dockhero',
      flexible_ssl_url: 'https://dockhero-curved-12345-flexible-ssl.edge.example',
      full_ssl_url: 'https://dockhero-curved-12345-full-ssl.edge.example',
    };
  }

  async #issue({ csr, label }: CertificateRequest): Promise<IssuedCertificate> {
    const issuedAt = new Date(Date.now() + this.clockAheadMs);
    const expiresAt = new Date(issuedAt.getTime() + this.lifetimeMs);
    const { serial, pem } = await this.authority.signClient(csr, expiresAt);
    this.issued.push({ serial, label, issuedAt, expiresAt, revokedAt: null });
    return {
      serial,
      label,
      certificate: pem,
      ca: this.authority.pem,
      name: 'dockhero-curved-12345',
      docker_host: this.dockerHost,
      issued_at: issuedAt.toISOString(),
      expires_at: expiresAt.toISOString(),
    };
  }
}

function listed({ serial, label, issuedAt, expiresAt, revokedAt }: Issued): ListedCertificate {
  return {
    serial,
    kind: 'person',
    label,
    issued_at: issuedAt.toISOString(),
    expires_at: expiresAt.toISOString(),
    revoked_at: revokedAt?.toISOString() ?? null,
  };
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  return text === '' ? null : JSON.parse(text);
}
