import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Secret } from '@dockhero/domain/secret';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { migrateDeploy } from './migrate.js';

const migrations = fileURLToPath(new URL('../../../prisma/migrations', import.meta.url));
let url: Secret;
let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dockhero-migrations-'));
  const name = `migrate_${randomBytes(6).toString('hex')}`;
  await query(inject('templateDatabaseUrl').replace(/\/[^/]*$/, '/postgres'), `CREATE DATABASE ${name}`);
  url = new Secret(inject('templateDatabaseUrl').replace(/\/[^/]*$/, `/${name}`));
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  const name = new URL(url.reveal()).pathname.slice(1);
  await query(inject('templateDatabaseUrl').replace(/\/[^/]*$/, '/postgres'), `DROP DATABASE ${name} WITH (FORCE)`);
});

async function query<T extends pg.QueryResultRow>(address: string, sql: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: address });
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}

function addMigration(name: string, sql: string): void {
  mkdirSync(join(folder, name));
  writeFileSync(join(folder, name, 'migration.sql'), sql);
}

describe('migrateDeploy', () => {
  it('applies each migration once when three processes race, and finds nothing to do afterwards', async () => {
    const applied = await Promise.all([1, 2, 3].map(() => migrateDeploy(url, migrations)));
    expect(applied.filter((names) => names.length > 0)).toHaveLength(1);
    expect(await migrateDeploy(url, migrations)).toEqual([]);
  });

  it('notes what Prisma would note: name, checksum, and that it has finished', async () => {
    const [name = ''] = await migrateDeploy(url, migrations);
    const rows = await query<{ migration_name: string; checksum: string; finished_at: Date | null }>(
      url.reveal(),
      'SELECT * FROM _prisma_migrations ORDER BY migration_name',
    );
    const checksum = createHash('sha256')
      .update(readFileSync(join(migrations, name, 'migration.sql')))
      .digest('hex');
    expect(rows[0]).toMatchObject({ migration_name: name, checksum, finished_at: expect.any(Date) });
  });

  it('applies new migrations only, in the order of their names', async () => {
    addMigration('1_a', 'CREATE TABLE a (n int)');
    await migrateDeploy(url, folder);
    addMigration('3_c', 'INSERT INTO a SELECT n FROM b');
    addMigration('2_b', 'CREATE TABLE b (n int); INSERT INTO b VALUES (7)');
    expect(await migrateDeploy(url, folder)).toEqual(['2_b', '3_c']);
    expect(await query(url.reveal(), 'SELECT n FROM a')).toEqual([{ n: 7 }]);
  });

  it('leaves nothing of a migration that fails, and goes no further until a person has resolved it', async () => {
    addMigration('1_bad', 'CREATE TABLE a (n int); SELECT no_such_function()');
    addMigration('2_next', 'CREATE TABLE b (n int)');
    await expect(migrateDeploy(url, folder)).rejects.toThrow('no_such_function');
    await expect(migrateDeploy(url, folder)).rejects.toThrow('1_bad failed earlier');
    expect(await query(url.reveal(), "SELECT 1 FROM information_schema.tables WHERE table_name IN ('a', 'b')")).toEqual([]);
  });
});
