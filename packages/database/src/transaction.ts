import type pg from 'pg';
import { orUnavailable, type Database } from './client.js';

/** A connection of the pool within a transaction. */
export type Connection = Pick<pg.PoolClient, 'query'>;

/**
 * Runs `work` in a transaction of the pool's, for statements that Prisma would slow down or does not know.
 * @throws AppError `storage_unavailable`: it may or may not have been committed; and what `work` throws: then nothing is.
 */
export async function inTransaction<T>(database: Database, work: (connection: Connection) => Promise<T>): Promise<T> {
  return await orUnavailable(async () => {
    const client = await database.pool.connect();
    let broken: Error | undefined;
    try {
      await client.query('BEGIN');
      const result = await work(client);
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch((cause: unknown) => {
        broken = cause instanceof Error ? cause : new Error(String(cause));
      });
      throw error;
    } finally {
      client.release(broken);
    }
  });
}
