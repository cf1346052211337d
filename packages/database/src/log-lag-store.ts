import { orUnavailable, type Database } from './client.js';

// Locks as the other statements that write leases do, and in their order: see host-lease-store.ts. Hosts of which nothing changes are not locked.
const note = `
  WITH changed AS (
    SELECT l.host_id, c.late_since FROM log_leases l JOIN hosts h ON h.id = l.host_id
    JOIN unnest($2::uuid[], $3::timestamptz[]) c (host_id, late_since) ON c.host_id = l.host_id
    WHERE l.holder = $1 AND l.until > now() AND l.late_since IS DISTINCT FROM c.late_since
    ORDER BY l.host_id FOR KEY SHARE OF h SKIP LOCKED FOR NO KEY UPDATE OF l
  )
  UPDATE log_leases l SET late_since = changed.late_since FROM changed WHERE l.host_id = changed.host_id`;

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
