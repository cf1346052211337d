import { constants } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import { agentClientName } from '@dockhero/contracts/agent-api';
import { controlServerName } from '@dockhero/contracts/volume-agent-api';
import { issueServerCertificate, type Authority } from './cluster-authority.js';
import { ShortLived } from './short-lived.js';

/** Certificates are made when needed and live an hour. */
const lifetimeMs = 3_600_000;
/** Each holds parsed certificates and keys, some 150 KB. */
const contextsMax = 1_000;

/** Where hosts call the control plane: to each cluster it shows a certificate of the cluster's own authority, and lets in that authority's clients alone. */
export class ControlServerContexts {
  readonly #contexts: ShortLived<SecureContext>;

  constructor(private readonly readAuthority: (resourceId: string) => Promise<Authority>) {
    this.#contexts = new ShortLived(lifetimeMs / 2, contextsMax, (resourceId) => this.#make(resourceId));
  }

  /** @throws AppError `not_ready` before the cluster has an authority, and after it has none any more. */
  async of(resourceId: string): Promise<SecureContext> {
    return await this.#contexts.get(resourceId);
  }

  async #make(resourceId: string): Promise<SecureContext> {
    const authority = await this.readAuthority(resourceId);
    const { certificatePem, keyPem } = await issueServerCertificate(authority, agentClientName, controlServerName('*'), lifetimeMs);
    return createSecureContext({
      ca: authority.certificatePem,
      cert: certificatePem,
      key: keyPem.reveal(),
      minVersion: 'TLSv1.2',
      // A session that was taken up again would not show its certificate to this context.
      secureOptions: constants.SSL_OP_NO_TICKET,
    });
  }
}
