import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BLOCK_BYTES } from '../block-index.js';
import { createDirectWorld, testEbsClient, type DirectWorld } from './testing/direct-world.js';
import { listAll, sumOf } from './testing/snapshot-content.js';
import { begin, complete, completed, putBlock, start } from './testing/upload.js';

const A = Buffer.alloc(BLOCK_BYTES, 'a');
const B = Buffer.alloc(BLOCK_BYTES, 'b');
let world: DirectWorld;

beforeEach(async () => {
  world = await createDirectWorld();
});
afterEach(() => world.close());

describe('a client token', () => {
  it('makes one snapshot, whoever asks how often and at once', async () => {
    const ids = await Promise.all(Array.from({ length: 6 }, () => begin(world, { ClientToken: 'same' })));
    expect(new Set(ids).size).toBe(1);
    expect(Object.keys(world.saved().snapshots)).toEqual([ids[0]]);
    await complete(world, ids[0] ?? '', 0);
    await completed(world, ids[0] ?? '');
    expect(await start(world, { ClientToken: 'same' })).toMatchObject({ SnapshotId: ids[0], Status: 'completed' });
  });

  it('is good for one request only', async () => {
    await begin(world, { ClientToken: 'same' });
    await expect(begin(world, { ClientToken: 'same', VolumeSize: 2 })).rejects.toMatchObject({
      name: 'ConflictException',
      $metadata: { httpStatusCode: 409 },
    });
  });
});

describe('refusals', () => {
  it.each([
    ['another length', { BlockData: A.subarray(1) }, 'INVALID_PARAMETER_VALUE'],
    ['another length that it owns up to', { BlockData: A.subarray(1), DataLength: BLOCK_BYTES - 1 }, 'INVALID_PARAMETER_VALUE'],
    ['more than a megabyte', { BlockData: Buffer.alloc(2 ** 20 + 1) }, 'INVALID_PARAMETER_VALUE'],
    ['a checksum of other data', { Checksum: sumOf(B) }, 'INVALID_BLOCK'],
    ['a place behind the volume', { BlockIndex: 2_048 }, 'INVALID_BLOCK'],
  ])('writes no block with %s', async (_what, wrong, Reason) => {
    const SnapshotId = await begin(world);
    await expect(putBlock(world.ebs, SnapshotId, 0, A, wrong)).rejects.toMatchObject({ name: 'ValidationException', Reason });
    await complete(world, SnapshotId, 0);
  });

  it('lets one of two writes of a block at once through, or one after the other', async () => {
    const id = await begin(world);
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, (_, n) => putBlock(world.ebs, id, 0, Buffer.alloc(BLOCK_BYTES, n + 1))),
    );
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused.length).toBeLessThan(8);
    for (const { reason } of refused) expect(reason).toMatchObject({ Reason: 'CONFLICTING_BLOCK_UPDATE' });
    await complete(world, id, 1);
  });

  it.each([
    ['no size', { VolumeSize: 0 }, 'INVALID_VOLUME_SIZE'],
    ['a size beyond 64 TiB', { VolumeSize: 65_537 }, 'INVALID_VOLUME_SIZE'],
    ['nine minutes', { Timeout: 9 }, 'INVALID_PARAMETER_VALUE'],
    ['more than three days', { Timeout: 4_321 }, 'INVALID_PARAMETER_VALUE'],
    ['a client token with a space', { ClientToken: 'a b' }, 'INVALID_PARAMETER_VALUE'],
    ['a key but no encryption', { KmsKeyArn: 'arn:aws:kms:us-east-1:000000000000:key/x' }, 'INVALID_PARAMETER_VALUE'],
    [
      'a tag twice',
      {
        Tags: [
          { Key: 'k', Value: '1' },
          { Key: 'k', Value: '2' },
        ],
      },
      'INVALID_TAG',
    ],
    ['a tag of AWS', { Tags: [{ Key: 'aws:x', Value: '1' }] }, 'INVALID_TAG'],
  ])('begins no snapshot with %s', async (_what, input, Reason) => {
    await expect(begin(world, input)).rejects.toMatchObject({ name: 'ValidationException', Reason });
    expect(world.saved().snapshots).toEqual({});
  });

  it('begins none smaller than its parent, or encrypted beside it, or of one that is not complete', async () => {
    const parent = await world.addSnapshot({ sizeGib: 2 });
    await expect(begin(world, { ParentSnapshotId: parent.id })).rejects.toMatchObject({ Reason: 'INVALID_VOLUME_SIZE' });
    await expect(begin(world, { ParentSnapshotId: parent.id, VolumeSize: 2, Encrypted: true })).rejects.toMatchObject({
      Reason: 'INVALID_PARAMETER_VALUE',
    });
    await expect(begin(world, { ParentSnapshotId: await begin(world) })).rejects.toMatchObject({ Reason: 'INVALID_SNAPSHOT_ID' });
  });

  it('writes nothing to a snapshot of a volume', async () => {
    const { id } = await world.addSnapshot({ state: 'pending' });
    await expect(putBlock(world.ebs, id, 0, A)).rejects.toMatchObject({ Reason: 'INVALID_SNAPSHOT_ID' });
  });
});

describe('faults', () => {
  it('throttles with a status that looks like the client is to blame', async () => {
    world.throttle.set({ action: 'ListSnapshotBlocks', burst: 1, perSecond: 0 });
    const { id } = await world.addSnapshot();
    await listAll(world.ebs, id);
    await expect(listAll(testEbsClient(world.url, 1), id)).rejects.toMatchObject({
      name: 'RequestThrottledException',
      Reason: 'ACCOUNT_THROTTLED',
      $metadata: { httpStatusCode: 400 },
    });
  });

  it('strike by operation; after a lost answer the SDK asks again, and the journal has both', async () => {
    world.faults.add({ action: 'StartSnapshot', times: 1, effect: { type: 'cut', when: 'after' } });
    world.faults.add({
      action: 'PutSnapshotBlock',
      times: 1,
      effect: { type: 'error', code: 'InternalServerException', message: 'x', status: 500, when: 'before' },
    });
    const id = await begin(world);
    await putBlock(world.ebs, id, 0, A);
    expect(Object.keys(world.saved().snapshots)).toEqual([id]);
    const { entries } = world.journal.read(undefined, 0);
    expect(entries.map(({ action, outcome }) => [action, outcome])).toEqual([
      ['StartSnapshot', 'cut'],
      ['StartSnapshot', 'ok'],
      ['PutSnapshotBlock', 'InternalServerException'],
      ['PutSnapshotBlock', 'ok'],
    ]);
    expect(entries[3]?.input).toMatchObject({ SnapshotId: id, BlockIndex: 0, Checksum: sumOf(A) });
  });
});
