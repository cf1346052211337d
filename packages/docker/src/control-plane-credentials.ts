import { agentClientName } from '@dockhero/contracts/agent-api';
import type { DockerConnection } from '@dockhero/domain/ports/docker-engine';
import { issueClientCertificate, type Authority } from './cluster-authority.js';
import { ShortLived } from './short-lived.js';

/** Ours are made when needed and live an hour. */
const lifetimeMs = 3_600_000;

type Credentials = Omit<DockerConnection, 'address'>;

/** How a process of ours reaches the hosts of a cluster. Certificates are made in memory, never stored, and used again for half their life. */
export class ControlPlaneCredentials {
  readonly #issued: ShortLived<Credentials>;

  constructor(private readonly readAuthority: (resourceId: string) => Promise<Authority>) {
    this.#issued = new ShortLived(lifetimeMs / 2, Number.POSITIVE_INFINITY, (resourceId) => this.#issue(resourceId));
  }

  /** @throws AppError `not_ready` before the cluster has an authority. */
  async to(resourceId: string, address: string): Promise<DockerConnection> {
    return { address, ...(await this.#issued.get(resourceId)) };
  }

  async #issue(resourceId: string): Promise<Credentials> {
    const authority = await this.readAuthority(resourceId);
    const client = await issueClientCertificate(authority, agentClientName, lifetimeMs);
    return { caCertificatePem: authority.certificatePem, clientCertificatePem: client.certificatePem, clientKeyPem: client.keyPem };
  }
}
