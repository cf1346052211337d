import type { BlockDevice } from '../block-device.js';
import { DamagedFileSystem } from '../damaged-file-system.js';
import type { Extent } from '../file-system.js';

const direct = 12;

interface Pointers {
  readonly device: BlockDevice;
  readonly blockBytes: number;
  /** Blocks of the file system. */
  readonly blocks: number;
  readonly inode: number;
  /** Blocks of the file: none behind is looked at. */
  readonly end: number;
}

/** What the pointers of ext2 and ext3 lead to, block by block. @param area twelve blocks, and one each of one, two and three levels. */
export async function* indirectBlocks(pointers: Pointers, area: Buffer): AsyncGenerator<Extent> {
  const perBlock = pointers.blockBytes / 4;
  yield* follow(pointers, area.subarray(0, direct * 4), 0, 1);
  let first = direct;
  for (let level = 1; level <= 3; level++) {
    const at = (direct + level - 1) * 4;
    yield* follow(pointers, area.subarray(at, at + 4), first, perBlock ** level);
    first += perBlock ** level;
  }
}

/** @param each how many of the file's blocks each pointer is for. */
async function* follow(pointers: Pointers, table: Buffer, first: number, each: number): AsyncGenerator<Extent> {
  const { device, blockBytes, blocks, inode, end } = pointers;
  for (let at = 0, block = first; at < table.length && block < end; at += 4, block += each) {
    const pointer = table.readUInt32LE(at);
    if (pointer === 0) continue;
    if (pointer >= blocks) throw new DamagedFileSystem(`inode ${String(inode)}: its blocks are outside of the volume`);
    const position = pointer * blockBytes;
    if (each === 1) yield { offset: block * blockBytes, length: blockBytes, position };
    else yield* follow(pointers, await device.read(position, blockBytes), block, each / (blockBytes / 4));
  }
}
