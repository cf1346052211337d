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

  /** A resource's entries of these kinds behind the one numbered `id`, oldest first, at most `limit`. */
  async after(resourceId: ResourceId, id: number, kinds: readonly string[], limit: number): Promise<NumberedAuditEntry[]> {
    const rows = await orUnavailable(() =>
      this.database.auditEvent.findMany({
        where: { resourceId, id: { gt: id }, kind: { in: [...kinds] } },
        orderBy: { id: 'asc' },
        take: limit,
        select: { id: true, at: true, kind: true, text: true },
      }),
    );
    return rows.map((row) => ({ ...row, id: Number(row.id) }));
  }
}
