import type { BlockDevice } from '../block-device.js';
import { DamagedFileSystem } from '../damaged-file-system.js';
import { type Extent, FileSystem, type FolderEntry, type Inode } from '../file-system.js';
import { orderedExtents } from '../ordered-extents.js';
import { hasGoodSum } from './checksum.js';
import { extentList, extentTree } from './extent-map.js';
import { namesInBlock, namesInFork } from './folder.js';
import { dataForkOf, forkFormats, parseXfsInode } from './parse-inode.js';
import { inodePosition, type XfsSuperblock } from './superblock.js';

/** Bytes into a folder: behind are its indexes. */
const indexesAt = 32 * 1_024 ** 3;
const longestTarget = 1_024;
const target = { magic: 0x58534c4d, sumAt: 12, headBytes: 56 };

/** XFS of versions 4 and 5. */
export class Xfs extends FileSystem {
  readonly rootInode: number;

  constructor(
    private readonly device: BlockDevice,
    private readonly superblock: XfsSuperblock,
  ) {
    super();
    this.rootInode = superblock.rootInode;
  }

  async inode(number: number): Promise<Inode> {
    const record = await this.device.read(inodePosition(this.superblock, number), this.superblock.inodeBytes);
    return parseXfsInode(number, record, this.superblock.hasChecksums);
  }

  async *entries(folder: Inode): AsyncGenerator<FolderEntry> {
    const { format, bytes } = dataForkOf(folder.number, folder.record);
    if (format === forkFormats.local) {
      yield* namesInFork(bytes, folder.number, this.superblock);
      return;
    }
    const { folderBlockBytes } = this.superblock;
    /** A block of a folder may lie in several pieces. */
    let [parts, filled]: [Buffer[], number] = [[], 0];
    for await (const { offset, length, position } of this.extents(folder)) {
      if (offset >= indexesAt) break;
      if (filled > 0 && offset % folderBlockBytes !== filled) throw new DamagedFileSystem(`folder ${String(folder.number)} has holes`);
      for (let at = 0; at < length;) {
        const part = Math.min(length - at, folderBlockBytes - filled);
        parts.push(await this.device.read(position + at, part));
        [at, filled] = [at + part, filled + part];
        if (filled < folderBlockBytes) continue;
        yield* namesInBlock(Buffer.concat(parts), folder.number, this.superblock);
        [parts, filled] = [[], 0];
      }
    }
  }

  async target(symlink: Inode): Promise<string> {
    const { number, size, record } = symlink;
    const damaged = new DamagedFileSystem(`the target of the symbolic link ${String(number)} is missing`);
    if (size === 0 || size > longestTarget) throw damaged;
    const { format, bytes } = dataForkOf(number, record);
    if (format === forkFormats.local) {
      if (size > bytes.length) throw damaged;
      return bytes.toString('latin1', 0, size);
    }
    let text = '';
    for await (const { length, position } of this.extents(symlink)) {
      if (length > 65_536) throw damaged;
      text += this.#targetIn(await this.device.read(position, length), number);
    }
    if (text.length < size) throw damaged;
    return text.slice(0, size);
  }

  /** Each piece has a head, where there are checksums. */
  #targetIn(bytes: Buffer, number: number): string {
    if (!this.superblock.hasChecksums) return bytes.toString('latin1');
    if (bytes.readUInt32BE(0) !== target.magic || !hasGoodSum(bytes, target.sumAt)) {
      throw new DamagedFileSystem(`the target of the symbolic link ${String(number)} is not what its checksum says`);
    }
    return bytes.toString('latin1', target.headBytes, target.headBytes + bytes.readUInt32BE(8));
  }

  extents(inode: Inode): AsyncGenerator<Extent> {
    return orderedExtents(this.#extents(inode), inode.number, this.device.size);
  }

  async *#extents({ number, record }: Inode): AsyncGenerator<Extent> {
    const { format, bytes, extents } = dataForkOf(number, record);
    const mapped = { device: this.device, superblock: this.superblock, inode: number };
    if (format === forkFormats.extents) yield* extentList(mapped, bytes, extents);
    else if (format === forkFormats.tree) yield* extentTree(mapped, bytes);
    else throw new DamagedFileSystem(`the content of inode ${String(number)} is nowhere`);
  }
}
