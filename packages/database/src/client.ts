import { PrismaPg } from '@prisma/adapter-pg';
import { AppError } from '@dockhero/domain/errors';
import type { Secret } from '@dockhero/domain/secret';
import pg from 'pg';
import { Prisma, PrismaClient } from './generated/prisma/client.js';

/** Prisma, and the pool below it for the few statements of the hot path: Prisma spends several times their processor time on each. */
export type Database = PrismaClient & { readonly pool: pg.Pool };
export type Transaction = Prisma.TransactionClient;

export interface DatabaseOptions {
  readonly url: Secret;
  /** Connections of this process. */
  readonly poolSize?: number;
}

/** Opens a pool. Connects at the first query; a server that does not answer within five seconds is an error, not a hang. */
export function openDatabase({ url, poolSize = 10 }: DatabaseOptions): Database {
  const pool = new pg.Pool({
    connectionString: url.reveal(),
    max: poolSize,
    connectionTimeoutMillis: 5_000,
    query_timeout: 15_000,
    statement_timeout: 15_000,
    keepAlive: true,
  });
  pool.on('error', () => {}); // an idle connection was cut: the pool has dropped it, the next query opens another
  // As the pool's own limits: Prisma's are two and five seconds, and a burst on a busy machine waits longer for its turn.
  const client = new PrismaClient({ adapter: new PrismaPg(pool), transactionOptions: { maxWait: 5_000, timeout: 15_000 } });
  const disconnect = client.$disconnect.bind(client);
  return Object.assign(client, {
    pool,
    async $disconnect() {
      await disconnect();
      if (!pool.ending) await pool.end();
    },
  });
}

/**
 * Runs `work` and turns a lost or overloaded server into AppError `storage_unavailable`; other errors pass.
 * Prisma says P1xxx for connection trouble and P2024/P2028 for an exhausted pool; the driver adapter reports a cut socket as its own kind.
 */
export async function orUnavailable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isConnectionTrouble(error)) throw new AppError('storage_unavailable', {}, { cause: error });
    throw error;
  }
}

function isConnectionTrouble(error: unknown): boolean {
  if (error instanceof Prisma.PrismaClientInitializationError) return true;
  if (error instanceof Prisma.PrismaClientKnownRequestError) {
    return error.code.startsWith('P1') || ['P2024', 'P2028', 'P2037'].includes(error.code) || isSocketError(error);
  }
  return isSocketError(error);
}

// pg and the adapter hand on node's and Postgres' codes in `code`, or nested as the cause: ECONNREFUSED, ECONNRESET, 57P01 (admin shutdown),
// 57P03 (starting up), 53300 (no connection left), 57014 (statement timeout).
function isSocketError(error: unknown): boolean {
  const codes = new Set([
    'ECONNREFUSED',
    'ECONNRESET',
    'EPIPE',
    'ETIMEDOUT',
    '57P01',
    '57P02',
    '57P03',
    '53300',
    '57014',
    '08006',
    '08003',
    '08001',
  ]);
  for (let current: unknown = error, depth = 0; current && depth < 5; depth += 1) {
    const { code, originalCode, kind, cause, message, meta } = current as Record<string, unknown>;
    if (codes.has(String(code)) || codes.has(String(originalCode))) return true;
    if (kind === 'DatabaseNotReachable' || kind === 'ConnectionClosed' || kind === 'SocketTimeout') return true;
    if (
      typeof message === 'string' &&
      /Connection terminated|connection timeout|timeout exceeded when trying to connect|query read timeout/i.test(message)
    )
      return true;
    current = cause ?? (meta as { driverAdapterError?: unknown } | undefined)?.driverAdapterError;
  }
  return false;
}
