import type { Database } from './client.js';
import { averagedColumns, totalColumns } from './history-columns.js';
import { withPartitions } from './history-partitions.js';
import { inTransaction } from './transaction.js';

/** A sample may be written this long after it was taken; what comes later stays a sample and is in no roll-up. */
const lateMs = 120_000;
/** Samples are kept for no longer, so there is nothing to roll up from before. */
const reachMs = 24 * 3_600_000;
/** Rolled up by one statement, so that those of a whole day do not run into its time limit. */
const chunkMs = 3_600_000;

const resolutions = [
  { name: 'minutes', table: 'host_minutes', stepMs: 60_000 },
  { name: 'quarters', table: 'host_quarters', stepMs: 900_000 },
] as const;
type Resolution = (typeof resolutions)[number];

const averaged = Object.values(averagedColumns);
const totals = Object.values(totalColumns);
const columns = ['samples', ...averaged.flatMap((column) => [column, `${column}_max`]), ...totals];

const rollUp = (table: string) => `
  INSERT INTO ${table} (host_id, at, ${columns.join(', ')})
  SELECT host_id, date_bin($3::float8 * interval '1 millisecond', at, to_timestamp(0)), count(*),
    ${averaged.map((column) => `avg(${column}), max(${column})`).join(', ')}, ${totals.map((column) => `max(${column})`).join(', ')}
  FROM host_samples WHERE at >= $1 AND at < $2 GROUP BY 1, 2
  ON CONFLICT (host_id, at) DO UPDATE SET ${columns.map((column) => `${column} = EXCLUDED.${column}`).join(', ')}`;

/**
 * Makes minutes and quarters of an hour of the samples, whole ones only, and only once they are two minutes past. Both are made of the samples
 * themselves: an average of averages would not be one. Any process may call it, any number of times; once a minute is enough. It goes on where
 * the last call stopped, whoever made that, and what is rolled up again comes out the same.
 * @returns false when another process is at it.
 * @throws AppError `storage_unavailable`: the next call goes on.
 */
export async function rollUpHistory(database: Database, now = new Date()): Promise<boolean> {
  for (const resolution of resolutions) {
    let next: RollUp = 'more';
    while (next === 'more') next = await rollUpNext(database, resolution, now);
    if (next === 'locked') return false;
  }
  return true;
}

type RollUp = 'more' | 'done' | 'locked';

/** Rolls up what follows, as much as one statement is for. */
async function rollUpNext(database: Database, { name, table, stepMs }: Resolution, now: Date): Promise<RollUp> {
  const floor = (ms: number) => Math.floor(ms / stepMs) * stepMs;
  const oldestMs = floor(now.getTime() - reachMs);
  return await withPartitions(
    database,
    new Date(oldestMs),
    async () =>
      await inTransaction(database, async (connection): Promise<RollUp> => {
        const { rows: locks } = await connection.query<{ locked: boolean; presentMs: number }>(
          `SELECT pg_try_advisory_xact_lock(hashtextextended('dockhero history roll-up', 0)) AS locked, extract(epoch FROM now())::float8 * 1000 AS "presentMs"`,
        );
        const [lock] = locks;
        if (!lock?.locked) return 'locked';
        // By the database's clock too: one of a process that is hours ahead would put the mark there, and what all others see until then is passed over for good.
        const endMs = floor(Math.min(now.getTime(), lock.presentMs) - lateMs);
        const { rows: marks } = await connection.query<{ until: Date }>(
          'SELECT rolled_until AS until FROM history_marks WHERE resolution = $1',
          [name],
        );
        const fromMs = Math.max(marks[0]?.until.getTime() ?? 0, oldestMs);
        const toMs = Math.min(fromMs + chunkMs, endMs);
        if (toMs <= fromMs) return 'done';
        await connection.query({ name: `roll up ${name}`, text: rollUp(table) }, [new Date(fromMs), new Date(toMs), stepMs]);
        await connection.query(
          'INSERT INTO history_marks VALUES ($1, $2) ON CONFLICT (resolution) DO UPDATE SET rolled_until = EXCLUDED.rolled_until',
          [name, new Date(toMs)],
        );
        return toMs < endMs ? 'more' : 'done';
      }),
  );
}
