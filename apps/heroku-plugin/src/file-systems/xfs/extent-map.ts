import type { BlockDevice } from '../block-device.js';
import { DamagedFileSystem } from '../damaged-file-system.js';
import type { Extent } from '../file-system.js';
import { hasGoodSum } from './checksum.js';
import { blockPosition, whole, type XfsSuperblock } from './superblock.js';

const recordBytes = 16;
const mostLevels = 9;
const magics = { plain: 0x424d4150, withSums: 0x424d4133 };
const sumAt = 64;
const ownerAt = 56;

interface Mapped {
  readonly device: BlockDevice;
  readonly superblock: XfsSuperblock;
  readonly inode: number;
}

/** A list of extents. @throws DamagedFileSystem. */
export function* extentList({ superblock, inode }: Mapped, bytes: Buffer, count: number): Generator<Extent> {
  if (count * recordBytes > bytes.length) throw new DamagedFileSystem(`inode ${String(inode)} has more extents than room for them`);
  for (let at = 0; at < count * recordBytes; at += recordBytes) {
    // 1 bit: not written yet; 54: where in the file; 52: where in the volume; 21: how many. All in blocks.
    const [high, low] = [bytes.readBigUInt64BE(at), bytes.readBigUInt64BE(at + 8)];
    if (high >> 63n) continue;
    const offset = Number((high >> 9n) & 0x3fffffffffffffn) * superblock.blockBytes;
    const blocks = Number(low & 0x1fffffn);
    const position = blockPosition(superblock, Number(((high & 0x1ffn) << 43n) | (low >> 21n)), blocks);
    if (!Number.isSafeInteger(offset) || blocks === 0)
      throw new DamagedFileSystem(`inode ${String(inode)} has an extent that makes no sense`);
    yield { offset, length: blocks * superblock.blockBytes, position };
  }
}

/** A tree of extents. @param root the node in the inode. @throws DamagedFileSystem. */
export async function* extentTree(mapped: Mapped, root: Buffer): AsyncGenerator<Extent> {
  const [level, count] = [root.readUInt16BE(0), root.readUInt16BE(2)];
  if (level < 1 || level > mostLevels) throw new DamagedFileSystem(`inode ${String(mapped.inode)}: its tree of extents makes no sense`);
  yield* children(mapped, root.subarray(4), count, level);
}

/** @param body of a node: keys, then room for more, then as many pointers. */
async function* children(mapped: Mapped, body: Buffer, count: number, level: number): AsyncGenerator<Extent> {
  const most = Math.floor(body.length / recordBytes);
  if (count === 0 || count > most) throw new DamagedFileSystem(`inode ${String(mapped.inode)}: its tree of extents makes no sense`);
  let last = -1;
  for (let index = 0; index < count; index++) {
    const key = whole(body, index * 8);
    if (key <= last) throw new DamagedFileSystem(`inode ${String(mapped.inode)}: its extents are out of order`);
    last = key;
    yield* node(mapped, whole(body, (most + index) * 8), level - 1);
  }
}

async function* node(mapped: Mapped, number: number, level: number): AsyncGenerator<Extent> {
  const { device, superblock, inode } = mapped;
  const bytes = await device.read(blockPosition(superblock, number), superblock.blockBytes);
  const damaged = (what: string): DamagedFileSystem => new DamagedFileSystem(`inode ${String(inode)}: its tree of extents ${what}`);
  const { hasChecksums } = superblock;
  if (bytes.readUInt32BE(0) !== (hasChecksums ? magics.withSums : magics.plain) || bytes.readUInt16BE(4) !== level)
    throw damaged('makes no sense');
  if (hasChecksums && (!hasGoodSum(bytes, sumAt) || whole(bytes, ownerAt) !== inode)) throw damaged('is not what its checksum says');
  const [count, body] = [bytes.readUInt16BE(6), bytes.subarray(hasChecksums ? 72 : 24)];
  if (level > 0) yield* children(mapped, body, count, level);
  else if (count === 0) throw damaged('has an empty leaf');
  else yield* extentList(mapped, body, count);
}
