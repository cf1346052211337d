import { orUnavailable, type Database } from './client.js';

const note = `
  UPDATE log_leases l SET late_since = c.late_since FROM unnest($2::uuid[], $3::timestamptz[]) c (host_id, late_since)
  WHERE l.host_id = c.host_id AND l.holder = $1 AND l.until > now() AND l.late_since IS DISTINCT FROM c.late_since`;

/** How far logs are behind, beside the lease of each host: what alerts go by. The only writer is the lease's holder. */
export class LogLagStore {
  constructor(private readonly database: Database) {}

  /**
   * Notes since when lines of these hosts wait; null: none waits for long. Hosts of others, and those of which the same is noted, are left as they are.
   * @throws AppError `storage_unavailable`.
   */
  async note(memberId: string, lateSince: ReadonlyMap<string, Date | null>): Promise<void> {
    if (lateSince.size === 0) return;
    await orUnavailable(() =>
      this.database.pool.query({ name: 'note log lag', text: note }, [memberId, [...lateSince.keys()], [...lateSince.values()]]),
    );
  }
}
