import { orUnavailable, type Database } from './client.js';
import { inTransaction, type Connection } from './transaction.js';

type Period = 'day' | 'month';

interface HistoryTable {
  readonly name: string;
  readonly period: Period;
  /** The oldest instant that must be there. */
  readonly keptSince: (now: Date) => Date;
}

const hourMs = 3_600_000;

const tables: readonly HistoryTable[] = [
  { name: 'host_samples', period: 'day', keptSince: (now) => new Date(now.getTime() - 24 * hourMs) },
  { name: 'host_minutes', period: 'day', keptSince: (now) => new Date(now.getTime() - 7 * 24 * hourMs) },
  { name: 'host_quarters', period: 'month', keptSince: (now) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 13, 1)) },
];

/** Periods that are made beyond the present one: so many may pass with nobody at it. */
const periodsAhead = 2;

/** Who makes partitions, one at a time. */
const lock = "hashtextextended('dockhero history partitions', 0)";

/**
 * Makes the partitions of the present period and the next two, and drops those that hold nothing but what is older than is kept: samples 24
 * hours, minutes 7 days, quarters of an hour 13 months. Periods are UTC's. Any process may call it, any number of times; hourly is enough.
 * A partition that is being read for longer than two seconds is dropped next time, as dropping it would make all others wait.
 * @param now the clock of the caller: a day more or less does no harm.
 * @returns false when another process is at it.
 * @throws AppError `storage_unavailable`.
 */
export async function maintainPartitions(database: Database, now = new Date()): Promise<boolean> {
  const isOurs = await inTransaction(database, async (connection) => {
    const { rows } = await connection.query<{ locked: boolean }>(`SELECT pg_try_advisory_xact_lock(${lock}) AS locked`);
    if (rows[0]?.locked) await makePartitions(connection, now, now);
    return rows[0]?.locked ?? false;
  });
  if (isOurs) for (const name of await spentPartitions(database, now)) await dropPartition(database, name);
  return isOurs;
}

/**
 * Runs `write`, and once more with all partitions in place from `since` on when one is missing: nobody has called `maintainPartitions` for
 * days, or the database is new.
 */
export async function withPartitions<T>(database: Database, since: Date, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    // 23514, check_violation: no partition found for row. The tables have no checks.
    if (!hasSqlState(error, '23514')) throw error;
    await inTransaction(database, async (connection) => {
      await connection.query(`SELECT pg_advisory_xact_lock(${lock})`);
      await makePartitions(connection, since, new Date());
    });
    return await write();
  }
}

async function makePartitions(connection: Connection, since: Date, now: Date): Promise<void> {
  for (const { name, period, keptSince } of tables) {
    const existing = new Set(await partitionsOf(connection, name));
    const end = startOf(period, now, periodsAhead + 1);
    const first = Math.max(Math.min(since.getTime(), now.getTime()), keptSince(now).getTime());
    for (let from = startOf(period, new Date(first)); from < end; from = startOf(period, from, 1)) {
      const partition = partitionName(name, period, from);
      if (existing.has(partition)) continue;
      // Made apart and then attached: CREATE TABLE … PARTITION OF would lock out everybody who writes.
      await connection.query(`CREATE TABLE ${partition} (LIKE ${name} INCLUDING DEFAULTS)`);
      await connection.query(
        `ALTER TABLE ${name} ATTACH PARTITION ${partition} FOR VALUES FROM ('${from.toISOString()}') TO ('${startOf(period, from, 1).toISOString()}')`,
      );
    }
  }
}

async function spentPartitions(database: Database, now: Date): Promise<string[]> {
  const spent: string[] = [];
  for (const { name, period, keptSince } of tables) {
    const oldest = partitionName(name, period, startOf(period, keptSince(now)));
    const partitions = await orUnavailable(() => partitionsOf(database.pool, name));
    spent.push(...partitions.filter((partition) => partition < oldest)); // names of one table sort as their periods do
  }
  return spent;
}

async function dropPartition(database: Database, name: string): Promise<void> {
  try {
    await inTransaction(database, async (connection) => {
      await connection.query("SET LOCAL lock_timeout = '2s'");
      await connection.query(`DROP TABLE IF EXISTS ${name}`);
    });
  } catch (error) {
    if (!hasSqlState(error, '55P03')) throw error; // lock_not_available
  }
}

async function partitionsOf(connection: Connection, table: string): Promise<string[]> {
  const { rows } = await connection.query<{ name: string }>(
    'SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = $1::regclass',
    [table],
  );
  return rows.map(({ name }) => name);
}

/** `host_samples_20261126`, `host_quarters_202611`. */
function partitionName(table: string, period: Period, from: Date): string {
  return `${table}_${from
    .toISOString()
    .slice(0, period === 'day' ? 10 : 7)
    .replaceAll('-', '')}`;
}

/** Where the period begins that is `later` periods behind the one of `at`. */
function startOf(period: Period, at: Date, later = 0): Date {
  const [year, month, day] = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()];
  return new Date(period === 'day' ? Date.UTC(year, month, day + later) : Date.UTC(year, month + later, 1));
}

function hasSqlState(error: unknown, state: string): boolean {
  return (error as { code?: unknown } | null)?.code === state;
}
