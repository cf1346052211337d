import { AppError } from '@dockhero/domain/errors';
import { orUnavailable, type Database } from './client.js';
import { heldHosts } from './duty.js';

/** How far a container's logs were delivered. Times are Docker's texts: RFC 3339 with nine digits of a second, or '' for none. */
export interface LogCursor {
  readonly containerId: string;
  readonly anchorAt: string;
  readonly anchorHash: string;
  /** An integer up to 2^53 - 1. */
  readonly followed: number;
  readonly lastAt: string;
  readonly startedAt: string;
  readonly finishedAt: string;
}

/** As `pg` reads it: 64 bits come as text. */
type LogCursorRow = Omit<LogCursor, 'followed'> & { readonly followed: string };

const select = `
  SELECT container_id AS "containerId", anchor_at AS "anchorAt", anchor_hash AS "anchorHash", followed, last_at AS "lastAt",
    started_at AS "startedAt", finished_at AS "finishedAt"
  FROM log_cursors WHERE host_id = $1`;

const held = heldHosts('log');

const commit = `${held}, written AS (
    INSERT INTO log_cursors (host_id, container_id, anchor_at, anchor_hash, followed, last_at, started_at, finished_at, updated_at)
    SELECT c.*, now() FROM held JOIN unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::text[], $9::text[], $10::text[])
      AS c (host_id, container_id, anchor_at, anchor_hash, followed, last_at, started_at, finished_at) ON c.host_id = held.host_id
    ON CONFLICT (host_id, container_id) DO UPDATE SET anchor_at = EXCLUDED.anchor_at, anchor_hash = EXCLUDED.anchor_hash,
      followed = EXCLUDED.followed, last_at = EXCLUDED.last_at, started_at = EXCLUDED.started_at, finished_at = EXCLUDED.finished_at,
      updated_at = EXCLUDED.updated_at
  ) SELECT host_id AS "hostId" FROM held`;

const remove = `${held}, removed AS (
    DELETE FROM log_cursors c USING held WHERE c.host_id = held.host_id AND c.container_id = ANY($3::text[])
  ) SELECT host_id AS "hostId" FROM held`;

/** Where the next process goes on. The only writer is the member that holds the host's lease; each write is fenced by it. */
export class LogCursorStore {
  constructor(private readonly database: Database) {}

  /** The cursors of a host's containers, in no order. @throws AppError `storage_unavailable`. */
  async read(hostId: string): Promise<LogCursor[]> {
    const { rows } = await orUnavailable(() =>
      this.database.pool.query<LogCursorRow>({ name: 'read log cursors', text: select }, [hostId]),
    );
    return rows.map((row) => ({ ...row, followed: Number(row.followed) }));
  }

  /**
   * Writes the cursors of several hosts in one statement; cursors that are not among them stay.
   * @param byHost each container at most once.
   * @returns the hosts whose lease the member does not hold (any more): none of their cursors was written.
   * @throws AppError `storage_unavailable`: all or nothing was written.
   */
  async commitMany(memberId: string, byHost: ReadonlyMap<string, readonly LogCursor[]>): Promise<Set<string>> {
    const lost = new Set(byHost.keys());
    if (lost.size === 0) return lost;
    const cursors = [...byHost].flatMap(([hostId, ofHost]) => ofHost.map((cursor) => ({ hostId, ...cursor })));
    const columns = (['hostId', 'containerId', 'anchorAt', 'anchorHash', 'followed', 'lastAt', 'startedAt', 'finishedAt'] as const).map(
      (name) => cursors.map((cursor) => cursor[name]),
    );
    const { rows } = await orUnavailable(() =>
      this.database.pool.query<{ hostId: string }>({ name: 'commit log cursors', text: commit }, [memberId, [...lost], ...columns]),
    );
    for (const { hostId } of rows) lost.delete(hostId);
    return lost;
  }

  /** Removes the cursors of containers that are gone. @throws AppError `lease_lost`, `storage_unavailable`: nothing was removed. */
  async forget(memberId: string, hostId: string, containerIds: readonly string[]): Promise<void> {
    const { rows } = await orUnavailable(() => this.database.pool.query(remove, [memberId, [hostId], containerIds]));
    if (rows.length === 0) throw new AppError('lease_lost', { hostId });
  }
}
