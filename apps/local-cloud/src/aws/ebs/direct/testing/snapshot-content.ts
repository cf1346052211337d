import { createHash, randomBytes, randomInt } from 'node:crypto';
import { open } from 'node:fs/promises';
import {
  GetSnapshotBlockCommand,
  ListChangedBlocksCommand,
  ListSnapshotBlocksCommand,
  type Block,
  type ChangedBlock,
  type EBSClient,
} from '@aws-sdk/client-ebs';
import { BLOCK_BYTES } from '../../block-index.js';

const PAGES_MAX = 100;
/** Requests at once. */
const LANES = 8;

export interface Piece {
  at: number;
  bytes: Buffer;
}

/** Pieces of any length at any place, of which some are zeros. */
export function randomPieces(count: number, volumeBytes: number): Piece[] {
  return Array.from({ length: count }, (_, n) => {
    const length = randomInt(1, 3 * BLOCK_BYTES);
    return { at: randomInt(volumeBytes - length), bytes: n % 5 === 4 ? Buffer.alloc(length) : randomBytes(length) };
  });
}

export async function writePieces(file: string, pieces: Piece[]): Promise<void> {
  const handle = await open(file, 'r+');
  for (const { at, bytes } of pieces) await handle.write(bytes, 0, bytes.length, at);
  await handle.close();
}

/** The blocks that result from writing the pieces over zeros. */
export function contentOf(blocks: number, pieces: Piece[]): Buffer[] {
  const content = Buffer.alloc(blocks * BLOCK_BYTES);
  for (const { at, bytes } of pieces) bytes.copy(content, at);
  return Array.from({ length: blocks }, (_, block) => content.subarray(block * BLOCK_BYTES, (block + 1) * BLOCK_BYTES));
}

export function sumOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64');
}

/** All blocks of a snapshot, by pages of a hundred. */
export async function listAll(ebs: EBSClient, SnapshotId: string): Promise<{ blocks: Block[]; pages: number[] }> {
  const blocks: Block[] = [];
  const pages: number[] = [];
  let NextToken: string | undefined;
  do {
    const answer = await ebs.send(new ListSnapshotBlocksCommand({ SnapshotId, MaxResults: 100, NextToken }));
    blocks.push(...(answer.Blocks ?? []));
    pages.push(answer.Blocks?.length ?? -1);
    NextToken = answer.NextToken;
  } while (NextToken !== undefined && pages.length < PAGES_MAX);
  return { blocks, pages };
}

export async function listAllChanged(ebs: EBSClient, FirstSnapshotId: string, SecondSnapshotId: string): Promise<ChangedBlock[]> {
  const blocks: ChangedBlock[] = [];
  let NextToken: string | undefined;
  let pages = 0;
  do {
    const answer = await ebs.send(new ListChangedBlocksCommand({ FirstSnapshotId, SecondSnapshotId, MaxResults: 100, NextToken }));
    blocks.push(...(answer.ChangedBlocks ?? []));
    NextToken = answer.NextToken;
    pages += 1;
  } while (NextToken !== undefined && pages < PAGES_MAX);
  return blocks;
}

/** Gets a block and checks it against its checksum. */
export async function getBlock(
  ebs: EBSClient,
  SnapshotId: string,
  BlockIndex: number,
  BlockToken: string | undefined,
): Promise<Uint8Array> {
  const answer = await ebs.send(new GetSnapshotBlockCommand({ SnapshotId, BlockIndex, BlockToken }));
  const bytes = (await answer.BlockData?.transformToByteArray()) ?? new Uint8Array();
  if (answer.DataLength !== bytes.length || answer.Checksum !== sumOf(bytes))
    throw new Error(`block ${BlockIndex} is not what its headers say`);
  return bytes;
}

/** Writes all blocks of a snapshot into a file of zeros, several at once. */
export async function download(ebs: EBSClient, snapshotId: string, blocks: Block[], file: string): Promise<void> {
  const handle = await open(file, 'r+');
  await inLanes(blocks, async ({ BlockIndex = 0, BlockToken }) => {
    const bytes = await getBlock(ebs, snapshotId, BlockIndex, BlockToken);
    await handle.write(bytes, 0, bytes.length, BlockIndex * BLOCK_BYTES);
  });
  await handle.close();
}

export async function inLanes<T>(items: Iterable<T>, work: (item: T) => Promise<unknown>): Promise<void> {
  const rest = [...items];
  const lane = async (): Promise<void> => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}
