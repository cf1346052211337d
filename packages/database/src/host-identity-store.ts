import type { ResourceId } from '@dockhero/domain/resource';
import { orUnavailable, type Database } from './client.js';

/** The machine that is a host at present. */
export interface HostIdentity {
  readonly hostId: string;
  readonly resourceId: ResourceId;
  /** SHA-256 of its public key, hex: the key that its bootstrap token was spent on. Null: it has not booted. */
  readonly publicKeyHash: string | null;
  readonly enrolledAt: Date | null;
}

const select = `
  SELECT h.id AS "hostId", h.resource_id AS "resourceId", e.public_key_hash AS "publicKeyHash", e.issued_at AS "enrolledAt"
  FROM hosts h JOIN resources r ON r.id = h.resource_id LEFT JOIN host_enrolments e ON e.host_id = h.id AND e.generation = h.generation
  WHERE h.id = $1::uuid AND r.desired = 'provisioned'`;

/** Whose call it is when a host calls. Reads only: each call of a host's agent asks, with one lookup by primary key. */
export class HostIdentityStore {
  constructor(private readonly database: Database) {}

  /** Null for an unknown host, and once its resource is to be removed. @throws AppError `storage_unavailable`. */
  async find(hostId: string): Promise<HostIdentity | null> {
    const { rows } = await orUnavailable(() => this.database.pool.query<HostIdentity>({ name: 'host identity', text: select }, [hostId]));
    return rows[0] ?? null;
  }
}
