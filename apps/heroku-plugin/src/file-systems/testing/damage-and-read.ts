import { Seeded } from '../../stackfile/testing/seeded.js';
import { PluginError } from '../../plugin-error.js';
import { readPieces } from '../../tar/read-pieces.js';
import { tarPieces } from '../../tar/tar-pieces.js';
import { findVolumeRoot } from '../find-path.js';
import { openFileSystem } from '../open-file-system.js';
import { MemoryDevice } from './memory-device.js';

const sectorBytes = 1_024;
/** An archive of holes that damage has made can be as large as it likes, but it need not be waited for. */
const mostBytes = 400_000_000;
const mostMs = 10_000;

interface Results {
  whole: number;
  refused: number;
  /** What must not be: other errors, and what took too long. */
  readonly unexpected: string[];
}

/** Damages an image where there is something, some bytes at a time, and reads it; so many times, the same of the same seed. */
export async function damageAndRead(image: Buffer, rounds: number, seed: number): Promise<Results> {
  const seeded = new Seeded(seed);
  const empty = Buffer.alloc(sectorBytes);
  const sectors = Array.from({ length: Math.floor(image.length / sectorBytes) }, (_, index) => index * sectorBytes);
  const filled = sectors.filter((at) => !image.subarray(at, at + sectorBytes).equals(empty));
  const results: Results = { whole: 0, refused: 0, unexpected: [] };
  for (let round = 0; round < rounds; round++) {
    const undo: [number, number][] = [];
    for (let left = 1 + seeded.below(60); left > 0; left--) {
      const at = seeded.pick(filled) + seeded.below(sectorBytes);
      undo.push([at, image[at] ?? 0]);
      image[at] = seeded.pick([0, 0xff, seeded.below(256), (image[at] ?? 0) ^ 1]);
    }
    const startedAt = Date.now();
    try {
      await readAll(image);
      results.whole++;
    } catch (error) {
      if (error instanceof PluginError) results.refused++;
      else results.unexpected.push(`round ${String(round)}: ${String((error as Error).stack)}`);
    }
    if (Date.now() - startedAt > mostMs) results.unexpected.push(`round ${String(round)} took ${String(Date.now() - startedAt)} ms`);
    for (const [at, byte] of undo.toReversed()) image[at] = byte;
  }
  return results;
}

async function readAll(image: Buffer): Promise<void> {
  const device = new MemoryDevice(image);
  const fileSystem = await openFileSystem(device);
  const top = { path: '', inode: await findVolumeRoot(fileSystem) };
  let bytes = 0;
  for await (const chunk of readPieces(device, tarPieces(fileSystem, top, { files: 0, skipped: 0 }), 0)) {
    bytes += chunk.length;
    if (bytes > mostBytes) return;
  }
}
