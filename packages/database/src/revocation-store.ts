import type { ResourceId } from '@dockhero/domain/resource';
import { orUnavailable, type Database } from './client.js';

export interface RevokedSerial {
  /** Hex, lower case. */
  readonly serial: string;
  readonly revokedAt: Date;
}

/** Which list a host should have. */
export interface RevocationVersion {
  readonly resourceId: ResourceId;
  /** From 1; grows with each change of what is revoked. */
  readonly version: number;
}

/** A revoked certificate stays listed for an hour beyond its end: hosts' clocks may be slow by that much. */
const clockSkew = '1 hour';

// Ten thousand hosts ask every 20 s: two lookups by primary key, planned once for each connection.
const selectVersion = `
  SELECT r.id AS "resourceId", r.revocation_version AS version FROM hosts h JOIN resources r ON r.id = h.resource_id
  WHERE h.id = $1 AND r.desired = 'provisioned'`;

const selectRevoked = `
  SELECT r.revocation_version AS version, c.serial, c.revoked_at AS "revokedAt" FROM resources r
  LEFT JOIN client_certificates c ON c.resource_id = r.id AND c.revoked_at IS NOT NULL AND c.expires_at > now() - interval '${clockSkew}'
  WHERE r.id = $1 ORDER BY c.revoked_at, c.serial`;

/** What hosts must refuse. Reads only. */
export class RevocationStore {
  constructor(private readonly database: Database) {}

  /** The version of a host's list; null for an unknown host, and once the resource is to be removed. */
  async versionFor(hostId: string): Promise<RevocationVersion | null> {
    const { rows } = await orUnavailable(() =>
      this.database.pool.query<RevocationVersion>({ name: 'revocation version', text: selectVersion }, [hostId]),
    );
    return rows[0] ?? null;
  }

  /** The list and its version, of one moment. */
  async revoked(resourceId: ResourceId): Promise<{ version: number; serials: RevokedSerial[] }> {
    type Row = { version: number; serial: string | null; revokedAt: Date | null };
    const { rows } = await orUnavailable(() => this.database.pool.query<Row>(selectRevoked, [resourceId]));
    return {
      version: rows[0]?.version ?? 1,
      serials: rows.flatMap(({ serial, revokedAt }) => (serial && revokedAt ? [{ serial, revokedAt }] : [])),
    };
  }
}
