import { randomUUID } from 'node:crypto';
import type { Disk } from '@dockhero/domain/ports/disks';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Limits } from './limits.js';
import { StorageWorld, type StorageUnderTest } from './storage-world.js';

const nowhere = 'snap-0123456789abcdef0';

/** What every Snapshots must keep. */
export function snapshotsContract(name: string, make: () => Promise<StorageUnderTest>, limits: Limits): void {
  describe(`${name} keeps the Snapshots contract`, () => {
    let world: StorageWorld;
    beforeAll(async () => {
      world = new StorageWorld(await make(), limits);
    });
    afterEach(async () => await world.clear(), limits.deadlineMs * 2);

    const specOf = (disk: Disk) => ({
      resourceId: disk.resourceId ?? '',
      volumeId: disk.volumeId ?? '',
      backupId: randomUUID(),
      name: 'contract',
    });

    it('takes one snapshot of a backup, which is found by its id, its backup and its volume, and completes', async () => {
      const { snapshots } = world.ports;
      const { disk } = await world.aDisk();
      const spec = specOf(disk);
      const { id } = await world.eventually(() => snapshots.create(disk.id, spec));
      await world.eventually(async () => expect((await snapshots.findOf(spec.backupId))?.id).toBe(id));
      expect((await snapshots.create(disk.id, spec)).id).toBe(id);
      const done = await world.completed(id);
      const { resourceId, volumeId, backupId } = spec;
      expect(done).toMatchObject({ id, diskId: disk.id, progress: 100, sizeGib: 1, resourceId, volumeId, backupId });
      expect(done.completedAt?.getTime()).toBeGreaterThanOrEqual(done.startedAt.getTime());
      expect(Math.abs(done.startedAt.getTime() - Date.now())).toBeLessThan(limits.deadlineMs + 60_000);
      expect((await snapshots.listOf(volumeId)).map((found) => found.id)).toEqual([id]);
      expect((await snapshots.listAll()).map((found) => found.id)).toContain(id);
    });

    it('takes another of another backup, and lists both, the older first', async () => {
      const { snapshots } = world.ports;
      const { disk, spec } = await world.aDisk();
      const [older, newer] = [await world.aSnapshot(disk), await world.aSnapshot(disk)];
      await world.eventually(async () =>
        expect((await snapshots.listOf(spec.volumeId)).map(({ id }) => id).toSorted()).toEqual([older.id, newer.id].toSorted()),
      );
      const [first, second] = await snapshots.listOf(spec.volumeId);
      expect(first?.startedAt.getTime()).toBeLessThanOrEqual(second?.startedAt.getTime() ?? 0);
    });

    it('finds nothing that does not exist, and deletes it', async () => {
      const { snapshots } = world.ports;
      expect(await snapshots.find(nowhere)).toBeNull();
      expect(await snapshots.findOf(randomUUID())).toBeNull();
      expect(await snapshots.listOf(randomUUID())).toEqual([]);
      await expect(snapshots.delete(nowhere)).resolves.toBeUndefined();
    });

    it('keeps a snapshot when its disk is deleted, and deletes it, more than once if asked', async () => {
      const { snapshots, disks } = world.ports;
      const { disk } = await world.aDisk();
      const { id, backupId } = await world.aSnapshot(disk);
      await disks.delete(disk.id);
      await world.eventually(async () => expect(await disks.find(disk.id)).toBeNull());
      expect(await snapshots.find(id)).toMatchObject({ id, state: 'completed' });
      await snapshots.delete(id);
      await snapshots.delete(id);
      await world.eventually(async () => expect(await snapshots.find(id)).toBeNull());
      await world.eventually(async () => expect(await snapshots.findOf(backupId ?? '')).toBeNull());
    });

    it('holds what the disk held when it was taken, for new disks in any zone that are no smaller', async () => {
      const { write, disks, zones } = world.ports;
      const { disk } = await world.aDisk({ sizeGib: 2 });
      await write(disk.id, 3, Buffer.from('before'));
      const { id: snapshotId } = await world.aSnapshot(disk);
      await write(disk.id, 3, Buffer.from('after'));
      await write(disk.id, 4, Buffer.from('more'));
      const small = world.aSpec({ snapshotId, sizeGib: 1 });
      await expect(disks.create(randomUUID(), small)).rejects.toMatchObject({ code: 'aws_rejected' });
      const restored = await world.aDisk({ snapshotId, sizeGib: 3, zone: zones[1] });
      expect(restored.disk).toMatchObject({ sizeGib: 3, zone: zones[1], encrypted: true });
      const again = await world.aSnapshot(restored.disk);
      const page = await world.ports.blocks.list(again.id, { index: 0 });
      expect(page.blocks.map(({ index }) => index)).toEqual([3]);
      const [block = expect.fail('no block')] = page.blocks;
      expect((await world.ports.blocks.read(again.id, block)).bytes.subarray(0, 7).toString()).toBe('before\0');
    });
  });
}
