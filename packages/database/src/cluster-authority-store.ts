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

interface AuthorityRow {
  readonly certificatePem: string | null;
  readonly keyPem: string | null;
}

const select = `
  SELECT ca_certificate_pem AS "certificatePem", ca_key_pem AS "keyPem" FROM clusters WHERE resource_id = $1::uuid`;

/** Each cluster's certificate authority; its key is sealed. */
export class ClusterAuthorityStore {
  constructor(
    private readonly database: Database,
    private readonly box: SecretBox,
  ) {}

  /** @throws AppError `not_ready` before the authority exists. */
  async read(id: ResourceId): Promise<ClusterAuthorityRecord> {
    const { rows } = await orUnavailable(() =>
      this.database.pool.query<AuthorityRow>({ name: 'read cluster authority', text: select }, [id]),
    );
    const { certificatePem, keyPem } = rows[0] ?? { certificatePem: null, keyPem: null };
    if (!keyPem || !certificatePem) throw new AppError('not_ready', { resourceId: id });
    return { certificatePem, keyPem: this.box.open(keyPem, `ca-key:${id}`) };
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
