import { createHash, randomBytes, randomInt } from 'node:crypto';
import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BLOCK_BYTES, indexBlocks, type BlockIndex } from './block-index.js';

let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'dockhero-index-'));
});
afterAll(() => rm(dir, { recursive: true }));

it('finds nothing in a blank volume, whatever its size', async () => {
  expect(await indexBlocks(await sparse('blank', 2_000_000 * BLOCK_BYTES, []))).toEqual({});
});

it('holds exactly the blocks that differ from zeros, wherever they were written', async () => {
  const blocks = 400;
  const writes = Array.from({ length: 25 }, (_, n) => ({
    at: randomInt(blocks * BLOCK_BYTES - 3 * BLOCK_BYTES),
    bytes: n % 3 === 0 ? Buffer.alloc(randomInt(1, 2 * BLOCK_BYTES)) : randomBytes(randomInt(1, 2 * BLOCK_BYTES)),
  }));
  const file = await sparse('random', blocks * BLOCK_BYTES, writes);
  const expected = Buffer.alloc(blocks * BLOCK_BYTES);
  for (const { at, bytes } of writes) bytes.copy(expected, at);
  expect(await indexBlocks(file), JSON.stringify(writes.map(({ at, bytes }) => [at, bytes.length]))).toEqual(indexOf(expected));
});

it('sees the first and the last block', async () => {
  const last = 2_047;
  const file = await sparse('ends', 2_048 * BLOCK_BYTES, [
    { at: 0, bytes: Buffer.from('a') },
    { at: 2_048 * BLOCK_BYTES - 1, bytes: Buffer.from('z') },
  ]);
  expect(Object.keys(await indexBlocks(file))).toEqual(['0', String(last)]);
  expect((await stat(file)).blocks * 512).toBeLessThan(BLOCK_BYTES);
});

it('fails for a file that is not there', async () => {
  await expect(indexBlocks(path.join(dir, 'missing'))).rejects.toThrow('ENOENT');
});

async function sparse(name: string, bytes: number, writes: { at: number; bytes: Buffer }[]): Promise<string> {
  const file = path.join(dir, name);
  const handle = await open(file, 'w');
  await handle.truncate(bytes);
  for (const write of writes) await handle.write(write.bytes, 0, write.bytes.length, write.at);
  await handle.close();
  return file;
}

function indexOf(content: Buffer): BlockIndex {
  const zeros = Buffer.alloc(BLOCK_BYTES);
  const index: BlockIndex = {};
  for (let block = 0; block * BLOCK_BYTES < content.length; block += 1) {
    const bytes = content.subarray(block * BLOCK_BYTES, (block + 1) * BLOCK_BYTES);
    if (!bytes.equals(zeros)) index[block] = createHash('sha256').update(bytes).digest('base64');
  }
  return index;
}
