import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { BlockDevice } from '../file-systems/block-device.js';
import type { Piece } from './piece.js';
import { readPieces } from './read-pieces.js';

const block = 512 * 1_024;

/** A far device: each byte is its place, modulo 251. Counts how many reads are under way. */
class FarDevice extends BlockDevice {
  readonly size = 1_000 * block;
  readonly reads: number[] = [];
  most = 0;
  #under = 0;

  async read(offset: number, length: number): Promise<Buffer> {
    this.reads.push(offset);
    this.most = Math.max(this.most, ++this.#under);
    await sleep(5);
    this.#under--;
    return Buffer.from(Uint8Array.from({ length }, (_, index) => (offset + index) % 251));
  }
}

async function* piecesOf(pieces: Piece[], failure?: Error): AsyncGenerator<Piece> {
  yield* pieces;
  await Promise.resolve();
  if (failure) throw failure;
}

async function collect(device: BlockDevice, pieces: AsyncIterable<Piece>, from = 0): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of readPieces(device, pieces, from)) parts.push(part);
  return Buffer.concat(parts);
}

const mixed: Piece[] = [
  { kind: 'bytes', bytes: Buffer.from('head') },
  { kind: 'stored', position: block - 10, length: 20 },
  { kind: 'zeros', length: 1_200_000 },
  { kind: 'bytes', bytes: Buffer.alloc(0) },
  { kind: 'stored', position: 5 * block + 7, length: 3 },
  { kind: 'bytes', bytes: Buffer.from('tail') },
];

describe('the bytes of pieces', () => {
  test('are the same from any place on', async () => {
    const whole = await collect(new FarDevice(), piecesOf(mixed));
    expect(whole.length).toBe(4 + 20 + 1_200_000 + 3 + 4);
    for (const from of [1, 4, 9, 14, 15, 23, 24, 25, 1_200_000, whole.length - 5, whole.length - 1, whole.length]) {
      expect((await collect(new FarDevice(), piecesOf(mixed), from)).equals(whole.subarray(from))).toBe(true);
    }
  });

  test('that lie before are not read', async () => {
    const device = new FarDevice();
    await collect(device, piecesOf(mixed), 24 + 5);
    expect(device.reads).toEqual([5 * block + 7]);
  });

  test.each([
    ['small files, each in a block of its own', 100, block + 4_096],
    ['small files that share blocks', 6_000, 4_096],
  ])('are read ahead over the ends of files: %s', async (_, count, step) => {
    const device = new FarDevice();
    const files = Array.from({ length: count }, (_, index): Piece => ({ kind: 'stored', position: index * step, length: 100 }));
    await collect(device, piecesOf(files.flatMap((file) => [{ kind: 'bytes', bytes: Buffer.alloc(512) }, file])));
    const blocksAhead = (device.most * Math.min(step, block)) / block;
    expect(blocksAhead).toBeGreaterThan(20);
    expect(blocksAhead).toBeLessThan(40);
  });

  test('come before what is wrong behind them', async () => {
    const got: Buffer[] = [];
    const all = async (): Promise<void> => {
      for await (const part of readPieces(new FarDevice(), piecesOf(mixed, new Error('damaged')), 0)) got.push(part);
    };
    await expect(all()).rejects.toThrow('damaged');
    expect(Buffer.concat(got).subarray(-4).toString()).toBe('tail');
  });
});
