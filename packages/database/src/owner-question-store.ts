import type { ResourceId } from '@dockhero/domain/resource';
import { orUnavailable, type Database } from './client.js';

/** An answer is good for a minute: shorter than what `isOfSameOwner` takes, so that whoever was told that it is there is not late. */
const isAnswered = `contacts_read_at > now() - interval '1 minute'`;
const read = `SELECT ${isAnswered} AS answered FROM clusters WHERE resource_id = $1::uuid`;
const ask = `UPDATE resources SET owner_asked_at = now() WHERE id = $1::uuid AND desired = 'provisioned'`;
const isOwn = 'SELECT 1 FROM backups WHERE id = $1::uuid AND resource_id = $2::uuid';

/** Asks who owns a resource's app now: the partner API asks, the worker reads it from Heroku and records it with the contacts. Time is the database's. */
export class OwnerQuestionStore {
  constructor(private readonly database: Database) {}

  /** Whether Heroku has said it just now. @throws AppError `storage_unavailable`. */
  async isAnswered(resourceId: ResourceId): Promise<boolean> {
    const { rows } = await orUnavailable(() => this.database.pool.query<{ answered: boolean | null }>(read, [resourceId]));
    return rows[0]?.answered === true;
  }

  /** Wants Heroku asked once more. @throws AppError `storage_unavailable`. */
  async ask(resourceId: ResourceId): Promise<void> {
    await orUnavailable(() => this.database.pool.query(ask, [resourceId]));
  }

  /** Whether the backup is the resource's own, whoever owns its app. @throws AppError `storage_unavailable`. */
  async isOwn(resourceId: ResourceId, backupId: string): Promise<boolean> {
    const { rowCount } = await orUnavailable(() => this.database.pool.query(isOwn, [backupId, resourceId]));
    return rowCount === 1;
  }
}
