import {
  CompleteSnapshotCommand,
  PutSnapshotBlockCommand,
  StartSnapshotCommand,
  type CompleteSnapshotCommandInput,
  type EBSClient,
  type PutSnapshotBlockCommandInput,
  type StartSnapshotCommandInput,
  type StartSnapshotCommandOutput,
} from '@aws-sdk/client-ebs';
import { pollUntil } from '../../../../machine/poll-until.js';
import { BLOCK_BYTES } from '../../block-index.js';
import type { DirectWorld } from './direct-world.js';
import { getBlock, inLanes, listAll, sumOf } from './snapshot-content.js';

export function start(
  { ebs }: Pick<DirectWorld, 'ebs'>,
  input: Partial<StartSnapshotCommandInput> = {},
): Promise<StartSnapshotCommandOutput> {
  return ebs.send(new StartSnapshotCommand({ VolumeSize: 1, ...input }));
}

/** @returns the snapshot's id. */
export async function begin(world: Pick<DirectWorld, 'ebs'>, input: Partial<StartSnapshotCommandInput> = {}): Promise<string> {
  return (await start(world, input)).SnapshotId ?? '';
}

/** @param wrong what a careful client would not send. */
export function putBlock(
  ebs: EBSClient,
  SnapshotId: string,
  BlockIndex: number,
  bytes: Buffer,
  wrong: Partial<PutSnapshotBlockCommandInput> = {},
): Promise<unknown> {
  const right = { SnapshotId, BlockIndex, BlockData: bytes, DataLength: BLOCK_BYTES, Checksum: sumOf(bytes) };
  return ebs.send(new PutSnapshotBlockCommand({ ...right, ChecksumAlgorithm: 'SHA256', ...wrong }));
}

export function complete(
  { ebs }: Pick<DirectWorld, 'ebs'>,
  SnapshotId: string,
  ChangedBlocksCount: number,
  more: Partial<CompleteSnapshotCommandInput> = {},
): Promise<unknown> {
  return ebs.send(new CompleteSnapshotCommand({ SnapshotId, ChangedBlocksCount, ...more }));
}

export function completed(world: DirectWorld, id: string): Promise<boolean> {
  return pollUntil(`${id} to be completed`, 5_000, () => world.saved().snapshots[id]?.state === 'completed');
}

/** A completed snapshot, written as a client writes it: several blocks at once. */
export async function upload(
  world: DirectWorld,
  blocks: Map<number, Buffer>,
  input: Partial<StartSnapshotCommandInput> = {},
): Promise<string> {
  const id = await begin(world, input);
  await inLanes(blocks, ([block, bytes]) => putBlock(world.ebs, id, block, bytes));
  await complete(world, id, blocks.size);
  await completed(world, id);
  return id;
}

/** The sums of a snapshot's blocks, from the bytes themselves. */
export async function readSums({ ebs }: DirectWorld, id: string): Promise<Map<number, string>> {
  const { blocks } = await listAll(ebs, id);
  const sums = new Map<number, string>();
  for (const { BlockIndex = -1, BlockToken } of blocks) sums.set(BlockIndex, sumOf(await getBlock(ebs, id, BlockIndex, BlockToken)));
  return sums;
}
