import type { BlockDevice } from '../block-device.js';
import { crc32c } from '../crc32c.js';
import { DamagedFileSystem } from '../damaged-file-system.js';
import type { Extent } from '../file-system.js';

const magic = 0xf30a;
const entryBytes = 12;
const mostLevels = 5;
/** A longer one is reserved and not written: its length is what it has on top. */
const longestWritten = 32_768;

interface Tree {
  readonly device: BlockDevice;
  readonly blockBytes: number;
  /** Blocks of the file system. */
  readonly blocks: number;
  readonly inode: number;
  /** Of the inode's checksums; null when there are none. */
  readonly seed: number | null;
}

/** A node, and the blocks of the file that it is for: from `first` up to `end`. */
interface Node {
  readonly bytes: Buffer;
  readonly depth: number | null;
  readonly first: number;
  readonly end: number;
}

/** What a tree of extents leads to. @param root the node in the inode. @throws DamagedFileSystem. */
export function extentTree(tree: Tree, root: Buffer): AsyncGenerator<Extent> {
  return walk(tree, { bytes: root, depth: null, first: 0, end: 2 ** 32 });
}

async function* walk(tree: Tree, { bytes, depth, first, end }: Node): AsyncGenerator<Extent> {
  const damaged = (what: string): DamagedFileSystem => new DamagedFileSystem(`inode ${String(tree.inode)}: ${what}`);
  const [entries, most, level] = [bytes.readUInt16LE(2), bytes.readUInt16LE(4), bytes.readUInt16LE(6)];
  const isFit = bytes.readUInt16LE(0) === magic && entries <= most && entryBytes * (most + 1) <= bytes.length;
  if (!isFit || level > mostLevels || (depth !== null && (level !== depth || entries === 0)))
    throw damaged('its tree of extents makes no sense');
  const sumAt = entryBytes * (most + 1);
  // The root is in the inode, and under its checksum.
  if (depth !== null && tree.seed !== null && sumAt + 4 <= bytes.length) {
    if (crc32c(tree.seed, bytes.subarray(0, sumAt)) !== bytes.readUInt32LE(sumAt))
      throw damaged('its extents are not what their checksum says');
  }
  let next = first;
  for (let at = entryBytes; at < entryBytes * (entries + 1); at += entryBytes) {
    const block = bytes.readUInt32LE(at);
    if (block < next || block >= end) throw damaged('its extents are out of order');
    if (level > 0) {
      const child = bytes.readUInt32LE(at + 4) + bytes.readUInt16LE(at + 8) * 2 ** 32;
      if (child === 0 || child >= tree.blocks) throw damaged('its tree of extents leads out of the volume');
      const isLast = at === entryBytes * entries;
      const node = await tree.device.read(child * tree.blockBytes, tree.blockBytes);
      yield* walk(tree, { bytes: node, depth: level - 1, first: block, end: isLast ? end : bytes.readUInt32LE(at + entryBytes) });
      next = block + 1;
      continue;
    }
    const count = bytes.readUInt16LE(at + 4);
    const isWritten = count <= longestWritten;
    const start = bytes.readUInt32LE(at + 8) + bytes.readUInt16LE(at + 6) * 2 ** 32;
    const length = isWritten ? count : count - longestWritten;
    if (length === 0 || start === 0 || start + length > tree.blocks) throw damaged('its extents lead out of the volume');
    next = block + length;
    if (isWritten) yield { offset: block * tree.blockBytes, length: length * tree.blockBytes, position: start * tree.blockBytes };
  }
}
