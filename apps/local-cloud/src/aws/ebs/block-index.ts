import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { runCommand } from '../../machine/run-command.js';
import type { EbsStore } from './ebs-store.js';

/** Of a block in the EBS direct API. */
export const BLOCK_BYTES = 524_288;

/** SHA-256 in base64 by block number. Blocks that are all zeros are absent. */
export type BlockIndex = Record<string, string>;

const WORKER = path.join(import.meta.dirname, '../../../machine/index-blocks.mjs');
/** filefrag's unit, so that its answer does not depend on the file system. */
const EXTENT_UNIT_BYTES = 4_096;
const FLUSH_TIMEOUT_MS = 120_000;

/** Reads what there is in a sparse file, not its holes, in a thread of its own: half a second for each gigabyte of data. */
export async function indexBlocks(file: string): Promise<BlockIndex> {
  const workerData = { file, blockBytes: BLOCK_BYTES, ranges: await dataRanges(file) };
  return new Promise((resolve, reject) => {
    const worker = new Worker(WORKER, { workerData });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error(`the index of ${file} was not finished`)));
  });
}

/** @throws Error when the snapshot has none yet: it is not completed. */
export async function readBlockIndex(store: EbsStore, snapshotId: string): Promise<BlockIndex> {
  return JSON.parse(await readFile(store.blockIndexFile(snapshotId), 'utf8')) as BlockIndex;
}

/** Replaces it as a whole. */
export async function writeBlockIndex(store: EbsStore, snapshotId: string, index: BlockIndex): Promise<void> {
  const file = store.blockIndexFile(snapshotId);
  await writeFile(`${file}.part`, JSON.stringify(index), { mode: 0o600 });
  await rename(`${file}.part`, file);
}

/** Blocks that may hold data, as [first, one past the last]. All of the file where its file system does not tell, such as tmpfs. */
async function dataRanges(file: string): Promise<[number, number][]> {
  const blocks = Math.ceil((await stat(file)).size / BLOCK_BYTES);
  // -s writes it out first: what the file system has only in memory has no extent yet
  const args = ['-s', '-e', `-b${EXTENT_UNIT_BYTES}`, file];
  const listing = await runCommand('filefrag', args, { timeoutMs: FLUSH_TIMEOUT_MS }).catch(() => null);
  if (listing === null) return [[0, blocks]];
  return [...listing.matchAll(/^ *\d+: +(\d+)\.\. +(\d+):/gm)].map(([, first, last]) => [
    Math.floor((Number(first) * EXTENT_UNIT_BYTES) / BLOCK_BYTES),
    Math.min(blocks, Math.floor((Number(last) * EXTENT_UNIT_BYTES) / BLOCK_BYTES) + 1),
  ]);
}
