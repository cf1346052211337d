import { createHash, randomBytes } from 'node:crypto';
import { snapshotBlockBytes, type BlockRef } from '@dockhero/domain/ports/snapshot-blocks';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Limits } from './limits.js';
import { StorageWorld, type StorageUnderTest } from './storage-world.js';

/** Blocks of a disk of 1 GiB. */
const blocksOfGib = 2_048;

/** What every SnapshotBlocks must keep. */
export function snapshotBlocksContract(name: string, make: () => Promise<StorageUnderTest>, limits: Limits): void {
  describe(`${name} keeps the SnapshotBlocks contract`, () => {
    let world: StorageWorld;
    beforeAll(async () => {
      world = new StorageWorld(await make(), limits);
    });
    afterEach(async () => await world.clear(), limits.deadlineMs * 2);

    async function listAll(snapshotId: string, from: number): Promise<BlockRef[]> {
      let page = await world.ports.blocks.list(snapshotId, { index: from });
      const found = [...page.blocks];
      for (let pages = 0; page.next !== null && pages < blocksOfGib; pages += 1) {
        page = await world.ports.blocks.list(snapshotId, { next: page.next });
        found.push(...page.blocks);
      }
      expect(page).toMatchObject({ next: null, sizeGib: 1 });
      return found;
    }

    it('lists the blocks that were written, in order, page by page, from any index on, and reads their bytes', async () => {
      const { disk } = await world.aDisk();
      const written = new Map([0, 1, 7, 150, 151, 1_000, blocksOfGib - 1].map((index) => [index, randomBytes(snapshotBlockBytes)]));
      for (const [index, bytes] of written) await world.ports.write(disk.id, index, bytes);
      const { id } = await world.aSnapshot(disk);
      const blocks = await listAll(id, 0);
      expect(blocks.map(({ index }) => index)).toEqual([...written.keys()]);
      expect((await listAll(id, 150)).map(({ index }) => index)).toEqual([150, 151, 1_000, blocksOfGib - 1]);
      const room = Buffer.alloc(snapshotBlockBytes);
      for (const [position, block] of blocks.entries()) {
        const isOurs = position % 2 === 1;
        const { bytes, sha256 } = await (isOurs ? world.ports.blocks.read(id, block, room) : world.ports.blocks.read(id, block));
        expect(bytes.buffer === room.buffer).toBe(isOurs);
        expect(bytes.equals(written.get(block.index) ?? Buffer.alloc(0))).toBe(true);
        expect(sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
      }
    });

    it('lists nothing of a disk that was never written to', async () => {
      const { disk } = await world.aDisk();
      expect(await listAll((await world.aSnapshot(disk)).id, 0)).toEqual([]);
    });

    it('fills up a block that was written in part with zeros', async () => {
      const { disk } = await world.aDisk();
      await world.ports.write(disk.id, 5, Buffer.from('x'));
      const { id } = await world.aSnapshot(disk);
      const [block = expect.fail('no block')] = await listAll(id, 0);
      const { bytes } = await world.ports.blocks.read(id, block);
      expect([bytes.length, bytes[0], bytes.subarray(1).every((byte) => byte === 0)]).toEqual([
        snapshotBlockBytes,
        'x'.charCodeAt(0),
        true,
      ]);
    });

    it('counts the blocks that differ between two snapshots of a disk, and of a disk made of one of them', async () => {
      const { write, blocks } = world.ports;
      const { disk } = await world.aDisk();
      for (const index of [1, 2, 3]) await write(disk.id, index, randomBytes(64));
      const first = await world.aSnapshot(disk);
      const same = await world.aSnapshot(disk);
      for (const index of [2, 9, 2_000]) await write(disk.id, index, randomBytes(64));
      const second = await world.aSnapshot(disk);
      expect(await blocks.countChanged(first.id, same.id)).toBe(0);
      expect(await blocks.countChanged(first.id, second.id)).toBe(3);
      const { disk: copy } = await world.aDisk({ snapshotId: second.id });
      await write(copy.id, 5, randomBytes(64));
      expect(await blocks.countChanged(second.id, (await world.aSnapshot(copy)).id)).toBe(1);
    });

    it('compares nothing that has nothing in common', async () => {
      const [{ disk: one }, { disk: other }] = [await world.aDisk(), await world.aDisk()];
      const [first, second] = [await world.aSnapshot(one), await world.aSnapshot(other)];
      await expect(world.ports.blocks.countChanged(first.id, second.id)).rejects.toMatchObject({ code: 'aws_rejected' });
    });

    it('reads no block by another’s token', async () => {
      const { disk } = await world.aDisk();
      for (const index of [1, 2]) await world.ports.write(disk.id, index, randomBytes(64));
      const { id } = await world.aSnapshot(disk);
      const [one, two] = await listAll(id, 0);
      await expect(world.ports.blocks.read(id, { index: one?.index ?? 0, token: two?.token ?? '' })).rejects.toMatchObject({
        code: 'aws_rejected',
      });
    });

    it('knows no snapshot that does not exist', async () => {
      await expect(world.ports.blocks.list('snap-0123456789abcdef0', { index: 0 })).rejects.toMatchObject({ code: 'aws_lagging' });
    });
  });
}
