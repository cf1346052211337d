import type { Contact } from '@dockhero/domain/ports/heroku-platform';
import type { ResourceId } from '@dockhero/domain/resource';
import { orUnavailable, type Database } from './client.js';
import type { Lease } from './lease.js';

const selectStale = `
  SELECT coalesce(contacts_read_at < now() - interval '24 hours', true) AS stale FROM clusters WHERE resource_id = $1::uuid`;

const selectContacts = `SELECT email, role FROM alert_contacts WHERE resource_id = $1::uuid ORDER BY email`;

/** Who at Heroku has the app: told of alerts. Written by the worker. Time is the database's. */
export class AlertContactStore {
  constructor(private readonly database: Database) {}

  /** Replaces who is known, and notes that it was read now. @throws AppError `lease_lost`, `storage_unavailable`. */
  async record(lease: Lease, contacts: readonly Contact[]): Promise<void> {
    const { resourceId } = lease;
    await lease.fenced(async (transaction) => {
      await transaction.alertContact.deleteMany({ where: { resourceId } });
      await transaction.alertContact.createMany({
        data: contacts.map(({ email, role }) => ({ resourceId, email, role })),
        skipDuplicates: true,
      });
      await transaction.$executeRaw`UPDATE clusters SET contacts_read_at = now() WHERE resource_id = ${resourceId}::uuid`;
    });
  }

  /** Whether Heroku should be asked: it never was, or not for 24 hours. @throws AppError `storage_unavailable`. */
  async stale(resourceId: ResourceId): Promise<boolean> {
    const { rows } = await orUnavailable(() => this.database.pool.query<{ stale: boolean }>(selectStale, [resourceId]));
    return rows[0]?.stale ?? true;
  }

  /** By address. @throws AppError `storage_unavailable`. */
  async list(resourceId: ResourceId): Promise<Contact[]> {
    return (await orUnavailable(() => this.database.pool.query<Contact>(selectContacts, [resourceId]))).rows;
  }
}
