import { createHash, randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
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

describe('our migrations', () => {
  /** Up to, and without, one of them. */
  const migrateTo = async (end: string): Promise<void> => {
    for (const name of readdirSync(migrations)) {
      if (name < end) cpSync(join(migrations, name), join(folder, name), { recursive: true });
    }
    await migrateDeploy(url, folder);
  };

  it('read the disk that a backup was made for out of its note', async () => {
    await migrateTo('20261127090000');
    const id = '00000000-0000-4000-8000-00000000000';
    const backup = (digit: number, kind: string, note: string) => `('${id}${String(digit)}', '${id}0', '${id}1', 1, '${kind}', ${note}, 1)`;
    await query(
      url.reveal(),
      `INSERT INTO resources (id, name, plan, region, callback_url, config_token_hash) VALUES ('${id}0', 'n', 'p', 'r', 'u', 'h');
       INSERT INTO volumes (id, resource_id, name, size_gib, type, fs, backups) VALUES ('${id}1', '${id}0', 'web', 1, 'gp3', 'ext4', 'daily');
       INSERT INTO backups (id, resource_id, volume_id, generation, kind, note, size_gib) VALUES
         ${backup(2, 'change', "'what vol-0a held before it was replaced'")}, ${backup(3, 'change', "'before a change of its size or type'")},
         ${backup(4, 'manual', "'what vol-0a held before it was replaced'")}, ${backup(5, 'daily', 'NULL')}`,
    );
    await migrateDeploy(url, migrations);
    expect(await query(url.reveal(), 'SELECT replaced_ebs_volume_id AS disk FROM backups ORDER BY id')).toEqual(
      ['vol-0a', null, null, null].map((disk) => ({ disk })),
    );
  });
});
