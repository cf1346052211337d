import { DamagedFileSystem } from './damaged-file-system.js';
import type { Extent } from './file-system.js';

/** Lets extents through that are in order, and within a device of `deviceBytes`; joins those that touch. @throws DamagedFileSystem. */
export async function* orderedExtents(extents: AsyncIterable<Extent>, inode: number, deviceBytes: number): AsyncGenerator<Extent> {
  let last: Extent | undefined;
  for await (const extent of extents) {
    const { offset, length, position } = extent;
    if (length <= 0 || position + length > deviceBytes) {
      throw new DamagedFileSystem(`inode ${String(inode)} has content outside of the volume`);
    }
    if (last && offset < last.offset + last.length) throw new DamagedFileSystem(`the blocks of inode ${String(inode)} are out of order`);
    if (last && offset === last.offset + last.length && position === last.position + last.length) {
      last = { ...last, length: last.length + length };
      continue;
    }
    if (last) yield last;
    last = extent;
  }
  if (last) yield last;
}
