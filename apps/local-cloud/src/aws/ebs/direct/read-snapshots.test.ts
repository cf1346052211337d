import { open } from 'node:fs/promises';
import {
  EBSServiceException,
  GetSnapshotBlockCommand,
  ListChangedBlocksCommand,
  ListSnapshotBlocksCommand,
  ResourceNotFoundException,
  ValidationException,
} from '@aws-sdk/client-ebs';
import { DescribeAvailabilityZonesCommand } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../../machine/run-command.js';
import { testClient } from '../../testing/start-test-cloud.js';
import { BLOCK_BYTES } from '../block-index.js';
import { GIB } from '../ebs-store.js';
import { createDirectWorld, type DirectWorld } from './testing/direct-world.js';
import { contentOf, download, getBlock, listAll, listAllChanged, randomPieces, sumOf, writePieces } from './testing/snapshot-content.js';

const HOUR_MS = 3_600_000;
const ZEROS = Buffer.alloc(BLOCK_BYTES);
let world: DirectWorld;

beforeAll(async () => {
  world = await createDirectWorld();
});
afterAll(() => world.close());

const blockOf = (text: string): Buffer => Buffer.alloc(BLOCK_BYTES, text);
const snapshotOf = (blocks: Record<number, Buffer>, options = {}): ReturnType<DirectWorld['addSnapshot']> =>
  world.addSnapshot(options, (file) =>
    writePieces(
      file,
      Object.entries(blocks).map(([block, bytes]) => ({ at: Number(block) * BLOCK_BYTES, bytes })),
    ),
  );

describe('listing and getting', () => {
  it('gives back any snapshot, byte for byte, of nothing but its blocks that are not zeros', async () => {
    const pieces = randomPieces(90, GIB);
    const snapshot = await world.addSnapshot({}, (file) => writePieces(file, pieces));
    const copy = await world.addSnapshot();
    const { blocks, pages } = await listAll(world.ebs, snapshot.id);
    await download(world.ebs, snapshot.id, blocks, world.store.snapshotFile(copy.id));
    await runCommand('cmp', [world.store.snapshotFile(snapshot.id), world.store.snapshotFile(copy.id)], { timeoutMs: 60_000 });

    const numbers = blocks.map(({ BlockIndex }) => BlockIndex ?? -1);
    expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
    const handle = await open(world.store.snapshotFile(snapshot.id));
    for (const number of numbers) {
      const { buffer } = await handle.read(Buffer.alloc(BLOCK_BYTES), 0, BLOCK_BYTES, number * BLOCK_BYTES);
      expect(buffer.equals(ZEROS), `block ${number}`).toBe(false);
    }
    await handle.close();
    expect(pages.slice(0, 2), pages.join()).toEqual([100, 0]); // an empty page is not the end
  }, 60_000);

  it('tells size, block size, and that tokens live seven days', async () => {
    const snapshot = await snapshotOf({}, { sizeGib: 3 });
    const { Blocks, BlockSize, VolumeSize, ExpiryTime, NextToken } = await world.ebs.send(
      new ListSnapshotBlocksCommand({ SnapshotId: snapshot.id }),
    );
    expect({ Blocks, BlockSize, VolumeSize, NextToken }).toEqual({ Blocks: [], BlockSize: 524_288, VolumeSize: 3, NextToken: undefined });
    const days = ((ExpiryTime?.getTime() ?? 0) - Date.now()) / 24 / HOUR_MS;
    expect(days).toBeGreaterThan(6.99);
    expect(days).toBeLessThanOrEqual(7);
  });

  it('begins where it is told, but a token has the last word', async () => {
    const many = Object.fromEntries(Array.from({ length: 102 }, (_, n) => [n * 3, Buffer.from('x')]));
    const { id: SnapshotId } = await snapshotOf(many);
    const list = (input: object): Promise<{ indexes: (number | undefined)[] | undefined; NextToken: string | undefined }> =>
      world.ebs.send(new ListSnapshotBlocksCommand({ SnapshotId, MaxResults: 100, ...input })).then(({ Blocks, NextToken }) => ({
        indexes: Blocks?.map(({ BlockIndex }) => BlockIndex),
        NextToken,
      }));
    expect((await list({ StartingBlockIndex: 298 })).indexes).toEqual([300, 303]);
    const first = await list({});
    const empty = await list({ NextToken: first.NextToken, StartingBlockIndex: 0 });
    expect(empty.indexes).toEqual([]);
    expect((await list({ NextToken: empty.NextToken, StartingBlockIndex: 0 })).indexes).toEqual([300, 303]);
    const other = await snapshotOf(many);
    await expect(list({ SnapshotId: other.id, NextToken: first.NextToken })).rejects.toMatchObject({ Reason: 'INVALID_PAGE_TOKEN' });
  });

  it('makes the index once, and serves from it after a restart', async () => {
    const { id } = await snapshotOf({ 7: blockOf('a') });
    const { blocks } = await listAll(world.ebs, id);
    await writePieces(world.store.snapshotFile(id), [{ at: 9 * BLOCK_BYTES, bytes: blockOf('later') }]);
    await world.restart();
    expect((await listAll(world.ebs, id)).blocks).toHaveLength(1);
    expect(Buffer.from(await getBlock(world.ebs, id, 7, blocks[0]?.BlockToken))).toEqual(blockOf('a'));
  });
});

describe('changed blocks', () => {
  it('are exactly those that differ, with the tokens of the snapshots that have them', async () => {
    const blocks = 300;
    const before = randomPieces(60, blocks * BLOCK_BYTES);
    const changes = randomPieces(40, blocks * BLOCK_BYTES);
    const first = await world.addSnapshot({}, (file) => writePieces(file, before));
    const second = await world.addSnapshot({ sizeGib: 2 }, (file) => writePieces(file, [...before, ...changes]));
    const [one, two] = [contentOf(blocks, before), contentOf(blocks, [...before, ...changes])];
    const expected = one.flatMap((a, BlockIndex) => {
      const b = two[BlockIndex] ?? ZEROS;
      return a.equals(b) ? [] : [{ BlockIndex, first: !a.equals(ZEROS), second: !b.equals(ZEROS) }];
    });
    const changed = await listAllChanged(world.ebs, first.id, second.id);
    expect(
      changed.map(({ BlockIndex, FirstBlockToken, SecondBlockToken }) => ({
        BlockIndex,
        first: FirstBlockToken !== undefined,
        second: SecondBlockToken !== undefined,
      })),
    ).toEqual(expected);
    const both = changed.find(({ FirstBlockToken, SecondBlockToken }) => FirstBlockToken && SecondBlockToken);
    const [old, fresh] = [
      await getBlock(world.ebs, first.id, both?.BlockIndex ?? -1, both?.FirstBlockToken),
      await getBlock(world.ebs, second.id, both?.BlockIndex ?? -1, both?.SecondBlockToken),
    ];
    expect([sumOf(old), sumOf(fresh)]).toEqual([one, two].map((content) => sumOf(content[both?.BlockIndex ?? -1] ?? ZEROS)));
  }, 60_000);

  it('are refused of snapshots that have nothing to do with each other, and of one snapshot alone', async () => {
    const [mine, theirs] = [await snapshotOf({}), await snapshotOf({}, { lineage: 'another' })];
    const compare = (FirstSnapshotId: string | undefined): Promise<unknown> =>
      world.ebs.send(new ListChangedBlocksCommand({ FirstSnapshotId, SecondSnapshotId: mine.id }));
    await expect(compare(theirs.id)).rejects.toMatchObject({ name: 'ValidationException', Reason: 'UNRELATED_SNAPSHOTS' });
    await expect(compare(undefined)).rejects.toMatchObject({ name: 'ValidationException', Reason: 'INVALID_SNAPSHOT_ID' });
  });
});

describe('refusals', () => {
  it('takes a block token for its own block and snapshot only, and for seven days', async () => {
    const content = { 1: blockOf('same'), 2: blockOf('same') };
    const [{ id }, other] = [await snapshotOf(content), await snapshotOf(content)];
    const token = (await listAll(world.ebs, id)).blocks[0]?.BlockToken ?? '';
    const refused = { name: 'ValidationException', Reason: 'INVALID_BLOCK_TOKEN' };
    await expect(getBlock(world.ebs, id, 2, token)).rejects.toMatchObject(refused);
    await expect(getBlock(world.ebs, other.id, 1, token)).rejects.toMatchObject(refused);
    await expect(getBlock(world.ebs, id, 1, `${token.slice(0, -4)}AAAA`)).rejects.toMatchObject(refused);
    await expect(getBlock(world.ebs, id, 1, 'AAAA')).rejects.toMatchObject(refused);
    world.advance(7 * 24 * HOUR_MS - 60_000);
    expect(await getBlock(world.ebs, id, 1, token)).toHaveLength(BLOCK_BYTES);
    world.advance(60_000);
    await expect(getBlock(world.ebs, id, 1, token)).rejects.toMatchObject(refused);
  });

  it('takes a page token for an hour', async () => {
    const { id: SnapshotId } = await snapshotOf(Object.fromEntries(Array.from({ length: 101 }, (_, n) => [n, Buffer.from('x')])));
    const { NextToken } = await world.ebs.send(new ListSnapshotBlocksCommand({ SnapshotId, MaxResults: 100 }));
    world.advance(HOUR_MS);
    await expect(world.ebs.send(new ListSnapshotBlocksCommand({ SnapshotId, NextToken }))).rejects.toMatchObject({
      Reason: 'INVALID_PAGE_TOKEN',
    });
  });

  it.each([
    ['one that is not there', 'snap-00000000000000000', ResourceNotFoundException, 'SNAPSHOT_NOT_FOUND', /'snap-00000000000000000'/],
    ['one without a proper id', 'vol-00000000000000000', ValidationException, 'INVALID_SNAPSHOT_ID', /^SnapshotId: /],
  ])('knows no snapshot: %s', async (_what, SnapshotId, type, Reason, sentence) => {
    const error = await world.ebs.send(new ListSnapshotBlocksCommand({ SnapshotId })).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(type);
    expect(error).toMatchObject({ Reason, message: expect.stringMatching(sentence) });
  });

  it.each(['pending', 'error'] as const)('reads nothing of a snapshot that is %s', async (state) => {
    const { id: SnapshotId } = await snapshotOf({ 0: blockOf('a') }, { state });
    const refused = { name: 'ValidationException', Reason: 'INVALID_SNAPSHOT_ID' };
    await expect(world.ebs.send(new ListSnapshotBlocksCommand({ SnapshotId }))).rejects.toMatchObject(refused);
    await expect(world.ebs.send(new GetSnapshotBlockCommand({ SnapshotId, BlockIndex: 0, BlockToken: 'AAAA' }))).rejects.toMatchObject(
      refused,
    );
  });

  it.each([99, 10_001])('gives no page of %i blocks', async (MaxResults) => {
    const { id: SnapshotId } = await snapshotOf({});
    await expect(world.ebs.send(new ListSnapshotBlocksCommand({ SnapshotId, MaxResults }))).rejects.toMatchObject({
      Reason: 'INVALID_PARAMETER_VALUE',
    });
  });

  it('is EBS only for requests signed for it, and shares its port with EC2', async () => {
    const unsigned = await fetch(`${world.url}/snapshots/snap-0/blocks`, { signal: AbortSignal.timeout(5_000) });
    expect([unsigned.status, unsigned.headers.get('x-amzn-errortype')]).toEqual([403, 'MissingAuthenticationTokenException']);
    const { AvailabilityZones } = await testClient(world.url).send(new DescribeAvailabilityZonesCommand({}));
    expect(AvailabilityZones?.length).toBeGreaterThan(0);
  });

  it('shows the SDK an error of a kind of its own', async () => {
    const error = await listAll(world.ebs, 'snap-0').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(EBSServiceException);
    expect((error as EBSServiceException).$metadata).toMatchObject({
      httpStatusCode: 404,
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });
});
