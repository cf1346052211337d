import type { BlockDevice } from '../block-device.js';
import { DamagedFileSystem } from '../damaged-file-system.js';
import { type Extent, FileSystem, type FolderEntry, type Inode } from '../file-system.js';
import { orderedExtents } from '../ordered-extents.js';
import { extentTree } from './extent-tree.js';
import { namesInBlock } from './folder-block.js';
import { indirectBlocks } from './indirect-blocks.js';
import { InodeTable } from './inode-table.js';
import { blockArea, flagsOf, inodeFlags, inodeSeed, parseInode } from './parse-inode.js';
import type { Superblock } from './superblock.js';

const longestTarget = 4_096;

/** ext2, ext3 and ext4. */
export class Ext4 extends FileSystem {
  readonly rootInode = 2;
  readonly #table: InodeTable;

  constructor(
    private readonly device: BlockDevice,
    private readonly superblock: Superblock,
  ) {
    super();
    this.#table = new InodeTable(device, superblock);
  }

  async inode(number: number): Promise<Inode> {
    return parseInode(number, await this.#table.record(number), this.superblock.checksumSeed);
  }

  async *entries(folder: Inode): AsyncGenerator<FolderEntry> {
    const { blockBytes, hasFileType } = this.superblock;
    const block = { inode: folder.number, hasFileType, seed: this.#seedOf(folder) };
    for await (const { length, position } of this.extents(folder)) {
      for (let at = 0; at < length; at += blockBytes) yield* namesInBlock(await this.device.read(position + at, blockBytes), block);
    }
  }

  async target(symlink: Inode): Promise<string> {
    const { number, size, record } = symlink;
    if (size === 0 || size > longestTarget) throw new DamagedFileSystem(`the symbolic link ${String(number)} has no target`);
    // A short one is where the pointers would be.
    if (size < blockArea.bytes && !(flagsOf(record) & inodeFlags.extents))
      return record.toString('latin1', blockArea.start, blockArea.start + size);
    for await (const { offset, length, position } of this.extents(symlink)) {
      if (offset === 0 && length >= size) return (await this.device.read(position, size)).toString('latin1');
    }
    throw new DamagedFileSystem(`the target of the symbolic link ${String(number)} is missing`);
  }

  extents(inode: Inode): AsyncGenerator<Extent> {
    const { number, record, size } = inode;
    const { blockBytes, blocks } = this.superblock;
    const area = record.subarray(blockArea.start, blockArea.start + blockArea.bytes);
    const common = { device: this.device, blockBytes, blocks, inode: number };
    const found =
      flagsOf(record) & inodeFlags.extents
        ? extentTree({ ...common, seed: this.#seedOf(inode) }, area)
        : indirectBlocks({ ...common, end: Math.ceil(size / blockBytes) }, area);
    return orderedExtents(found, number, this.device.size);
  }

  #seedOf({ number, record }: Inode): number | null {
    const { checksumSeed } = this.superblock;
    return checksumSeed === null ? null : inodeSeed(checksumSeed, number, record);
  }
}
