import type { ResourceId } from '@dockhero/domain/resource';
import { orUnavailable, type Database } from './client.js';

export interface NewRelicStatus {
  /** When New Relic last took what we sent. */
  readonly okAt: Date | null;
  /** Why it last did not, and when; null once it took something again. */
  readonly error: string | null;
  readonly errorAt: Date | null;
}

// The lock makes it wait for a removal that is under way, after which there is no token: nothing is written behind the back of `forget`.
const living = 'SELECT id FROM resources WHERE id = $1::uuid AND config_token IS NOT NULL FOR SHARE';
const noteOk = `
  INSERT INTO new_relic_status (resource_id, ok_at) SELECT id, now() FROM (${living}) r
  ON CONFLICT (resource_id) DO UPDATE SET ok_at = EXCLUDED.ok_at, error = NULL, error_at = NULL`;
const noteError = `
  INSERT INTO new_relic_status (resource_id, error, error_at) SELECT id, $2, now() FROM (${living}) r
  ON CONFLICT (resource_id) DO UPDATE SET error = EXCLUDED.error, error_at = EXCLUDED.error_at`;
const select = 'SELECT ok_at AS "okAt", error, error_at AS "errorAt" FROM new_relic_status WHERE resource_id = $1::uuid';

/** What New Relic says to resources' keys. The only writer is the monitor. Nothing is noted of a removed resource. Time is the database's. */
export class NewRelicStatusStore {
  constructor(private readonly database: Database) {}

  async ok(resourceId: ResourceId): Promise<void> {
    await orUnavailable(() => this.database.pool.query(noteOk, [resourceId]));
  }

  async failed(resourceId: ResourceId, error: string): Promise<void> {
    await orUnavailable(() => this.database.pool.query(noteError, [resourceId, error]));
  }

  /** Null: nothing was sent yet. */
  async read(resourceId: ResourceId): Promise<NewRelicStatus | null> {
    const { rows } = await orUnavailable(() => this.database.pool.query<NewRelicStatus>(select, [resourceId]));
    return rows[0] ?? null;
  }
}
