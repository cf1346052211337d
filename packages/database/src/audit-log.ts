import type { ResourceId } from '@dockhero/domain/resource';
import { orUnavailable, type Database } from './client.js';

export interface AuditEntry {
  readonly at: Date;
  /**
   * `desired` (somebody asked), `step` (a step was done), `trouble` (a pass failed), `enrolment`, `certificate` (issued, revoked, switched);
   * `notice` and `warning` are written for the app's log alone.
   */
  readonly kind: string;
  readonly text: string;
}

export interface NumberedAuditEntry extends AuditEntry {
  /** Grows with each entry, of whatever resource. */
  readonly id: number;
}

/** As `pg` reads it: 64 bits come as text. */
type AuditRow = AuditEntry & { readonly id: string };

const select = `
  SELECT id, at, kind, text FROM audit_events
  WHERE resource_id = $1::uuid AND id > $2::bigint AND kind = ANY($3::text[]) ORDER BY id LIMIT $4::int`;

/** Every change of desired state and every step. Kept after the resource is gone; never holds a secret. */
export class AuditLog {
  constructor(private readonly database: Database) {}

  async write(
    resourceId: ResourceId,
    kind: string,
    text: string,
    data: Record<string, string | number | boolean | null> = {},
  ): Promise<void> {
    await orUnavailable(() => this.database.auditEvent.create({ data: { resourceId, kind, text, data } }));
  }

  /** A resource's entries of these kinds behind the one numbered `id`, oldest first, at most `limit`. @throws AppError `storage_unavailable`. */
  async after(resourceId: ResourceId, id: number, kinds: readonly string[], limit: number): Promise<NumberedAuditEntry[]> {
    const { rows } = await orUnavailable(() =>
      this.database.pool.query<AuditRow>({ name: 'read audit events', text: select }, [resourceId, id, kinds, limit]),
    );
    return rows.map((row) => ({ ...row, id: Number(row.id) }));
  }
}
