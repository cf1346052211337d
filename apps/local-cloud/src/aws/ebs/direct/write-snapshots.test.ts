import { createHash, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BLOCK_BYTES } from '../block-index.js';
import { createDirectWorld, type DirectWorld } from './testing/direct-world.js';
import { inLanes, listAllChanged, sumOf } from './testing/snapshot-content.js';
import { begin, complete, completed, putBlock, readSums, start, upload } from './testing/upload.js';

const MINUTE_MS = 60_000;
const ZEROS = Buffer.alloc(BLOCK_BYTES);
const A = Buffer.alloc(BLOCK_BYTES, 'a');
const B = Buffer.alloc(BLOCK_BYTES, 'b');
let world: DirectWorld;

beforeEach(async () => {
  world = await createDirectWorld();
});
afterEach(() => world.close());

const sumsOf = (blocks: Map<number, Buffer>): Map<number, string> =>
  new Map([...blocks].toSorted(([a], [b]) => a - b).map(([block, bytes]) => [block, sumOf(bytes)]));

describe('an upload', () => {
  it('holds what was written, block for block, and is pending until it is completed', async () => {
    const blocks = new Map(Array.from({ length: 120 }, () => [Math.floor(Math.random() * 2_048), randomBytes(BLOCK_BYTES)] as const));
    blocks.set(2_047, A);
    const id = await begin(world, { Description: 'by hand', Tags: [{ Key: 'made-by', Value: 'test' }] });
    await inLanes(blocks, ([block, bytes]) => putBlock(world.ebs, id, block, bytes));
    expect(world.saved().snapshots[id]?.state).toBe('pending');
    expect(await complete(world, id, blocks.size)).toMatchObject({ Status: 'pending', $metadata: { httpStatusCode: 202 } });
    await completed(world, id);
    expect(await readSums(world, id)).toEqual(sumsOf(blocks));
    expect(world.saved().snapshots[id]).toMatchObject({ volumeId: null, description: 'by hand', tags: { 'made-by': 'test' }, lineage: id });
  });

  it('builds on its parent: what is not written stays, zeros take away, and it may be larger', async () => {
    const parent = await upload(
      world,
      new Map([
        [1, A],
        [2, A],
        [3, A],
      ]),
    );
    const child = await upload(
      world,
      new Map([
        [2, B],
        [3, ZEROS],
        [2_500, B],
      ]),
      { ParentSnapshotId: parent, VolumeSize: 2 },
    );
    expect(await readSums(world, child)).toEqual(
      sumsOf(
        new Map([
          [1, A],
          [2, B],
          [2_500, B],
        ]),
      ),
    );
    expect(await readSums(world, parent)).toEqual(
      sumsOf(
        new Map([
          [1, A],
          [2, A],
          [3, A],
        ]),
      ),
    );
    const changed = await listAllChanged(world.ebs, parent, child);
    expect(changed.map(({ BlockIndex, FirstBlockToken, SecondBlockToken }) => [BlockIndex, !!FirstBlockToken, !!SecondBlockToken])).toEqual(
      [
        [2, true, true],
        [3, true, false],
        [2_500, false, true],
      ],
    );
  });

  it('answers what AWS answers', async () => {
    const answer = await start(world, { Tags: [{ Key: 'k', Value: 'v' }], Description: 'd', Encrypted: true });
    expect(answer).toMatchObject({
      $metadata: { httpStatusCode: 201 },
      OwnerId: '000000000000',
      Status: 'pending',
      VolumeSize: 1,
      BlockSize: BLOCK_BYTES,
      Tags: [{ Key: 'k', Value: 'v' }],
      Description: 'd',
      KmsKeyArn: expect.stringContaining('arn:aws:kms:'),
    });
    expect(Math.abs((answer.StartTime?.getTime() ?? 0) - Date.now())).toBeLessThan(5_000);
    expect(await putBlock(world.ebs, answer.SnapshotId ?? '', 0, A)).toMatchObject({
      $metadata: { httpStatusCode: 201 },
      Checksum: sumOf(A),
      ChecksumAlgorithm: 'SHA256',
    });
  });

  it('counts a block written twice once, and keeps the last', async () => {
    const id = await begin(world);
    await putBlock(world.ebs, id, 5, A);
    await putBlock(world.ebs, id, 5, B);
    await expect(complete(world, id, 2)).rejects.toMatchObject({ name: 'ValidationException', Reason: 'INVALID_PARAMETER_VALUE' });
    await complete(world, id, 1);
    await completed(world, id);
    expect(await readSums(world, id)).toEqual(sumsOf(new Map([[5, B]])));
  });

  it('is checked against the sum of its sums, in the order of the blocks', async () => {
    const id = await begin(world);
    await putBlock(world.ebs, id, 9, A);
    await putBlock(world.ebs, id, 4, B);
    const linear = (...blocks: Buffer[]): string =>
      blocks.reduce((hash, bytes) => hash.update(createHash('sha256').update(bytes).digest()), createHash('sha256')).digest('base64');
    const how = { ChecksumAlgorithm: 'SHA256', ChecksumAggregationMethod: 'LINEAR' } as const;
    const refused = { Reason: 'INVALID_PARAMETER_VALUE' };
    await expect(complete(world, id, 2, { ...how, Checksum: linear(A, B) })).rejects.toMatchObject(refused);
    await expect(complete(world, id, 2, { Checksum: linear(B, A) })).rejects.toMatchObject(refused);
    await complete(world, id, 2, { ...how, Checksum: linear(B, A) });
    await completed(world, id);
  });

  it('takes nothing more once it is complete, and completing it again is no mistake', async () => {
    const id = await upload(world, new Map([[0, A]]));
    await expect(putBlock(world.ebs, id, 1, A)).rejects.toMatchObject({ Reason: 'INVALID_SNAPSHOT_ID' });
    expect(await complete(world, id, 1)).toMatchObject({ Status: 'completed' });
    await expect(complete(world, id, 2)).rejects.toMatchObject({ Reason: 'INVALID_PARAMETER_VALUE' });
  });

  it('goes on after a restart as if nothing had happened', async () => {
    const id = await begin(world, { ClientToken: 'mine' });
    await putBlock(world.ebs, id, 0, A);
    await world.restart();
    expect(await begin(world, { ClientToken: 'mine' })).toBe(id);
    await putBlock(world.ebs, id, 1, B);
    await complete(world, id, 2);
    await world.restart(); // before it is completed
    await completed(world, id);
    expect(await readSums(world, id)).toEqual(
      sumsOf(
        new Map([
          [0, A],
          [1, B],
        ]),
      ),
    );
  });

  it('is not found for a moment after its start', async () => {
    const slow = await createDirectWorld({ visibilityMs: MINUTE_MS });
    try {
      const id = await begin(slow);
      await expect(putBlock(slow.ebs, id, 0, A)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
      slow.advance(MINUTE_MS);
      await putBlock(slow.ebs, id, 0, A);
    } finally {
      await slow.close();
    }
  });
});

describe('the time of an upload', () => {
  it('ends as an error when no block has come for that long', async () => {
    const id = await begin(world, { Timeout: 10 });
    world.advance(9 * MINUTE_MS);
    await putBlock(world.ebs, id, 0, A);
    world.advance(9 * MINUTE_MS);
    await world.direct.tidy();
    expect(world.saved().snapshots[id]?.state).toBe('pending');
    world.advance(MINUTE_MS);
    await world.direct.tidy();
    expect(world.saved().snapshots[id]).toMatchObject({ state: 'error', statusMessage: 'No block was written for 10 minutes.' });
    await expect(putBlock(world.ebs, id, 1, A)).rejects.toMatchObject({ Reason: 'INVALID_SNAPSHOT_ID' });
    await expect(complete(world, id, 1)).rejects.toMatchObject({ Reason: 'INVALID_SNAPSHOT_ID' });
  });

  it('does not end one that is complete', async () => {
    const id = await begin(world);
    await complete(world, id, 0);
    world.advance(61 * MINUTE_MS);
    await world.direct.tidy();
    await completed(world, id);
  });
});

it('forgets the upload of a snapshot that has been deleted', async () => {
  const id = await begin(world);
  expect(Object.keys(world.saved().uploads)).toEqual([id]);
  await world.deleteSnapshot(id);
  await world.direct.tidy();
  expect(world.saved().uploads).toEqual({});
  await expect(putBlock(world.ebs, id, 0, A)).rejects.toMatchObject({ Reason: 'SNAPSHOT_NOT_FOUND' });
});
