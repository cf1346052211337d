import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { readState } from '../state-file.js';

/** EBS counts in blocks of this size. */
const blockBytes = 524_288;

export type BlockSums = readonly (readonly [number, string])[];

/** SHA-256 of blocks of a disk. @throws Error when one cannot be read. */
export async function readBlockSums(device: string, blocks: readonly number[], signal: AbortSignal): Promise<BlockSums> {
  const file = await open(device, 'r');
  try {
    const sums: [number, string][] = [];
    const buffer = Buffer.alloc(blockBytes);
    for (const index of blocks) {
      signal.throwIfAborted();
      const { bytesRead } = await file.read(buffer, 0, blockBytes, index * blockBytes);
      if (bytesRead !== blockBytes) throw new Error(`block ${index} is beyond the end of the disk`);
      sums.push([index, createHash('sha256').update(buffer).digest('hex')]);
    }
    return sums;
  } finally {
    await file.close();
  }
}

/** Keeps them before the disk is written to for the first time: afterwards it is not what AWS has made any more. On the disk when it returns. @throws what the file system says. */
export function keepSums(file: string, sums: BlockSums): void {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const handle = openSync(file, 'w', 0o600);
  try {
    writeFileSync(handle, JSON.stringify(sums));
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Those of an earlier check of the same disk, which a restart has ended; null: there was none. */
export function keptSums(file: string): BlockSums | null {
  const found = readState(file);
  return Array.isArray(found) ? (found as BlockSums) : null;
}
