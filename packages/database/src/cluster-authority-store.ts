import { AppError } from '@dockhero/domain/errors';
import type { ResourceId } from '@dockhero/domain/resource';
import type { Secret } from '@dockhero/domain/secret';
import { orUnavailable, type Database } from './client.js';
import type { Lease } from './lease.js';
import type { SecretBox } from './secret-box.js';

export interface ClusterAuthorityRecord {
  readonly certificatePem: string;
  readonly keyPem: Secret;
}

/** Each cluster's certificate authority; its key is sealed. */
export class ClusterAuthorityStore {
  constructor(
    private readonly database: Database,
    private readonly box: SecretBox,
  ) {}

  /** @throws AppError `not_ready` before the authority exists. */
  async read(id: ResourceId): Promise<ClusterAuthorityRecord> {
    const row = await orUnavailable(() => this.database.cluster.findUnique({ where: { resourceId: id } }));
    if (!row?.caKeyPem || !row.caCertificatePem) throw new AppError('not_ready', { resourceId: id });
    return { certificatePem: row.caCertificatePem, keyPem: this.box.open(row.caKeyPem, `ca-key:${id}`) };
  }

  /** Keeps a new authority, unless the cluster has one already. */
  async save(lease: Lease, { certificatePem, keyPem }: ClusterAuthorityRecord): Promise<void> {
    const caKeyPem = this.box.seal(keyPem, `ca-key:${lease.resourceId}`);
    await lease.fenced((transaction) =>
      transaction.cluster.updateMany({
        where: { resourceId: lease.resourceId, caKeyPem: null },
        data: { caCertificatePem: certificatePem, caKeyPem },
      }),
    );
  }
}
