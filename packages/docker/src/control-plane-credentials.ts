import { agentClientName } from '@dockhero/contracts/agent-api';
import type { DockerConnection } from '@dockhero/domain/ports/docker-engine';
import { issueClientCertificate, type Authority } from './cluster-authority.js';

/** Ours are made when needed and live an hour. */
const lifetimeMs = 3_600_000;

type Credentials = Omit<DockerConnection, 'address'>;

/** How a process of ours reaches the hosts of a cluster. Certificates are made in memory, never stored, and used again for half their life. */
export class ControlPlaneCredentials {
  readonly #issued = new Map<string, { readonly credentials: Promise<Credentials>; readonly until: number }>();

  constructor(private readonly readAuthority: (resourceId: string) => Promise<Authority>) {}

  /** @throws AppError `not_ready` before the cluster has an authority. */
  async to(resourceId: string, address: string): Promise<DockerConnection> {
    const known = this.#issued.get(resourceId);
    if (known && known.until > Date.now()) return { address, ...(await known.credentials) };
    this.#forgetExpired();
    const credentials = this.#issue(resourceId);
    this.#issued.set(resourceId, { credentials, until: Date.now() + lifetimeMs / 2 });
    credentials.catch(() => this.#issued.delete(resourceId));
    return { address, ...(await credentials) };
  }

  async #issue(resourceId: string): Promise<Credentials> {
    const authority = await this.readAuthority(resourceId);
    const client = await issueClientCertificate(authority, agentClientName, lifetimeMs);
    return { caCertificatePem: authority.certificatePem, clientCertificatePem: client.certificatePem, clientKeyPem: client.keyPem };
  }

  #forgetExpired(): void {
    for (const [id, { until }] of this.#issued) if (until <= Date.now()) this.#issued.delete(id);
  }
}
