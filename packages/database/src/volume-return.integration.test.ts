import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BackupStore } from './backup-store.js';
import { lease, makeHosts, openTestDatabase, waitUntilBlocked } from './testing/open-test-database.js';
import type { Connection } from './transaction.js';
import { VolumeFactsStore } from './volume-facts-store.js';
import { VolumeRestoreStore } from './volume-restore-store.js';
import { VolumeStore } from './volume-store.js';

let stores: Awaited<ReturnType<typeof openTestDatabase>>;
let resourceId: string;
let volumeId: string;
beforeAll(async () => {
  stores = await openTestDatabase();
});
afterAll(() => stores.close());
beforeEach(async () => {
  ({ resourceId } = await makeHosts(stores, 1));
  const volumes = new VolumeStore(stores.database);
  volumeId = (await volumes.create(resourceId, 'data', { sizeGib: 2 })).volume.id;
  await stores.database.volumeFacts.create({ data: { volumeId, generation: 1, state: 'deleted' } });
  await volumes.remove(resourceId, { name: 'data' }, null);
});

const undelete = async () => await new VolumeRestoreStore(stores.database).undelete(resourceId, 'data');
const stateOf = async (id: string) => (await stores.database.backup.findUniqueOrThrow({ where: { id } })).state;

/** The final backup of the volume, whose time is over just now. */
async function finalBackup(): Promise<string> {
  const at = new Date();
  const made = { resourceId, volumeId, generation: 1, sizeGib: 2, snapshotId: 'snap-1', takenAt: at, completedAt: at, keepUntil: at };
  return (await stores.database.backup.create({ data: { ...made, kind: 'final', state: 'completed' } })).id;
}

/** Runs `work` while a transaction is open that has made these statements. */
async function during(statements: readonly string[], work: (other: Connection) => Promise<void>): Promise<void> {
  const other = await stores.database.pool.connect();
  try {
    await other.query('BEGIN');
    for (const statement of statements) await other.query(statement);
    await work(other);
  } finally {
    await other.query('COMMIT');
    other.release();
  }
}

describe('a removed volume that is brought back when its time is over', () => {
  it('keeps the backup that it comes back from, when its worker takes that off the list at the same moment', async () => {
    const final = await finalBackup();
    const held = await lease(stores.database, volumeId);
    let [back, expired]: Promise<unknown>[] = [];
    await during(['LOCK TABLE audit_events IN EXCLUSIVE MODE'], async () => {
      back = undelete();
      await waitUntilBlocked(stores.database, 'INSERT INTO audit_events');
      expired = new BackupStore(stores.database).expire(held, final, volumeId);
      await Promise.race([expired, waitUntilBlocked(stores.database, 'SELECT 1 FROM backups')]);
    });
    expect(await back).toMatchObject({ sourceBackupId: final, desired: 'present' });
    expect(await expired).toBe(false);
    expect(await stateOf(final)).toBe('completed');
  });

  it('does not come back from a backup that is off the list by then', async () => {
    const final = await finalBackup();
    let back: Promise<unknown> = Promise.resolve();
    await during([`UPDATE backups SET state = 'expired' WHERE id = '${final}'`], async () => {
      back = undelete();
      back.catch(() => {});
      await Promise.race([back, waitUntilBlocked(stores.database, 'FROM backups')]).catch(() => {});
    });
    await expect(back).rejects.toMatchObject({ code: 'volume_kept_no_more' });
  });

  it('does not come back once it is forgotten, which was being written down', async () => {
    const held = await lease(stores.database, volumeId);
    const version = (await stores.database.volume.findUniqueOrThrow({ where: { id: volumeId } })).desiredVersion;
    let [back, forgotten]: Promise<unknown>[] = [];
    await during([`SELECT 1 FROM volume_facts WHERE volume_id = '${volumeId}' FOR UPDATE`], async () => {
      forgotten = new VolumeFactsStore(stores.database).recordIfCurrent(held, version, { forgottenAt: new Date() });
      await waitUntilBlocked(stores.database, 'volume_facts');
      back = undelete();
      back.catch(() => {});
      await Promise.race([back, waitUntilBlocked(stores.database, 'FROM volumes')]).catch(() => {});
    });
    expect(await forgotten).toBe(true);
    await expect(back).rejects.toMatchObject({ code: 'volume_kept_no_more' });
  });
});
