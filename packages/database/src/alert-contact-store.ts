import type { Contact } from '@dockhero/domain/ports/heroku-platform';
import type { ResourceId } from '@dockhero/domain/resource';
import { orUnavailable, type Database } from './client.js';
import type { Lease } from './lease.js';
import { ownerHashSql } from './volume-rows.js';

const selectStale = `
  SELECT coalesce(c.contacts_read_at < greatest(r.owner_asked_at, now() - interval '24 hours'), true) AS stale
  FROM clusters c JOIN resources r ON r.id = c.resource_id WHERE c.resource_id = $1::uuid`;
// Whose content a backup holds that was made between two readings, is known only where both name the same owner.
const disown = `
  UPDATE backups b SET owner_hash = NULL FROM clusters c WHERE b.resource_id = $1::uuid AND c.resource_id = $1::uuid
    AND b.requested_at >= c.contacts_read_at AND b.owner_hash IS DISTINCT FROM ${ownerHashSql('$1::uuid')}`;

const selectContacts = `SELECT email, role FROM alert_contacts WHERE resource_id = $1::uuid ORDER BY email`;

/** Who at Heroku has the app: told of alerts. Written by the worker. Time is the database's. */
export class AlertContactStore {
  constructor(private readonly database: Database) {}

  /** Replaces who is known, and notes that it was read now. Backups made since the last reading are nobody's when the owner is another one. @throws AppError `lease_lost`, `storage_unavailable`. */
  async record(lease: Lease, contacts: readonly Contact[]): Promise<void> {
    const { resourceId } = lease;
    await lease.fenced(async (transaction) => {
      await transaction.alertContact.deleteMany({ where: { resourceId } });
      await transaction.alertContact.createMany({
        data: contacts.map(({ email, role }) => ({ resourceId, email, role })),
        skipDuplicates: true,
      });
      await transaction.$executeRawUnsafe(disown, resourceId);
      await transaction.$executeRaw`UPDATE clusters SET contacts_read_at = now() WHERE resource_id = ${resourceId}::uuid`;
    });
  }

  /** Whether Heroku should be asked: it never was, not for 24 hours, or not since the owner has to be known for sure (`OwnerQuestionStore`). @throws AppError `storage_unavailable`. */
  async stale(resourceId: ResourceId): Promise<boolean> {
    const { rows } = await orUnavailable(() => this.database.pool.query<{ stale: boolean }>(selectStale, [resourceId]));
    return rows[0]?.stale ?? true;
  }

  /** By address. @throws AppError `storage_unavailable`. */
  async list(resourceId: ResourceId): Promise<Contact[]> {
    return (await orUnavailable(() => this.database.pool.query<Contact>(selectContacts, [resourceId]))).rows;
  }
}
