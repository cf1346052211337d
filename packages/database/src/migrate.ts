import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Secret } from '@dockhero/domain/secret';
import pg from 'pg';

/** The advisory lock that Prisma Migrate takes, so that ours and the CLI's runs exclude each other. */
const prismaLockId = 72707369;

/**
 * Applies what `prisma migrate deploy` would apply, without its CLI and native engine: same table, same checksums, same lock.
 * Several processes may call it at once; one applies, the others find nothing to do.
 * @returns names of the migrations applied now. @throws when an earlier migration failed half-way.
 */
export async function migrateDeploy(url: Secret, folder: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url.reveal(), connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    await client.query(`SELECT pg_advisory_lock(${prismaLockId})`);
    await client.query(`CREATE TABLE IF NOT EXISTS _prisma_migrations (
      id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ,
      migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ,
      started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0)`);
    const { rows } = await client.query<{ migration_name: string; finished_at: Date | null }>(
      'SELECT migration_name, finished_at FROM _prisma_migrations WHERE rolled_back_at IS NULL',
    );
    const failed = rows.find((row) => !row.finished_at);
    if (failed) throw new Error(`migration ${failed.migration_name} failed earlier; resolve it with \`prisma migrate resolve\``);
    const done = new Set(rows.map((row) => row.migration_name));
    const folders = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory());
    const pending = folders
      .map((entry) => entry.name)
      .filter((name) => !done.has(name))
      .toSorted();
    for (const name of pending) await apply(client, name, await readFile(join(folder, name, 'migration.sql'), 'utf8'));
    return pending;
  } finally {
    await client.end();
  }
}

async function apply(client: pg.Client, name: string, sql: string): Promise<void> {
  const id = randomUUID();
  const checksum = createHash('sha256').update(sql).digest('hex');
  await client.query('INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ($1, $2, $3)', [id, checksum, name]);
  try {
    await client.query(sql); // one simple query is an implicit transaction, as Prisma sends it
  } catch (error) {
    await client.query('UPDATE _prisma_migrations SET logs = $2 WHERE id = $1', [id, String(error)]);
    throw error;
  }
  await client.query('UPDATE _prisma_migrations SET finished_at = now(), applied_steps_count = 1 WHERE id = $1', [id]);
}
