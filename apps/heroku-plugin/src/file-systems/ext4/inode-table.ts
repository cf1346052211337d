import type { BlockDevice } from '../block-device.js';
import { crc32cAround, crc32cOf } from '../crc32c.js';
import { DamagedFileSystem } from '../damaged-file-system.js';
import type { Superblock } from './superblock.js';

const inodeUninitialised = 0x1;

/** Where the inodes are. */
export class InodeTable {
  /** First byte of each group's table. */
  readonly #tables = new Map<number, number>();

  constructor(
    private readonly device: BlockDevice,
    private readonly superblock: Superblock,
  ) {}

  /** An inode's record. @throws DamagedFileSystem for a number that there is none of. */
  async record(number: number): Promise<Buffer> {
    const { inodes, inodesPerGroup, inodeBytes } = this.superblock;
    if (number < 1 || number > inodes) throw new DamagedFileSystem(`inode ${String(number)} is named, and there are ${String(inodes)}`);
    const group = Math.floor((number - 1) / inodesPerGroup);
    const table = this.#tables.get(group) ?? (await this.#findTable(group));
    this.#tables.set(group, table);
    return await this.device.read(table + ((number - 1) % inodesPerGroup) * inodeBytes, inodeBytes);
  }

  async #findTable(group: number): Promise<number> {
    const { blockBytes, descriptorBytes, checksumSeed, blocks, inodesPerGroup, inodeBytes } = this.superblock;
    const perBlock = blockBytes / descriptorBytes;
    const at = this.#descriptorBlock(Math.floor(group / perBlock)) * blockBytes + (group % perBlock) * descriptorBytes;
    const bytes = await this.device.read(at, descriptorBytes);
    if (checksumSeed !== null && (crc32cAround(crc32cOf(checksumSeed, group), bytes, 0x1e, 2) & 0xffff) !== bytes.readUInt16LE(0x1e)) {
      throw new DamagedFileSystem(`group ${String(group)} is not what its checksum says`);
    }
    const block = bytes.readUInt32LE(0x8) + (descriptorBytes >= 64 ? bytes.readUInt32LE(0x28) * 2 ** 32 : 0);
    const isUninitialised = checksumSeed !== null && (bytes.readUInt16LE(0x12) & inodeUninitialised) !== 0;
    if (block === 0 || block * blockBytes + inodesPerGroup * inodeBytes > blocks * blockBytes || isUninitialised) {
      throw new DamagedFileSystem(`group ${String(group)} has no inodes, and some are named`);
    }
    return block * blockBytes;
  }

  /** The block that holds so many'th block of descriptors. */
  #descriptorBlock(index: number): number {
    const { firstDataBlock, firstMetaBlock, blocksPerGroup, blockBytes, descriptorBytes } = this.superblock;
    if (index < firstMetaBlock) return firstDataBlock + 1 + index;
    const group = (index * blockBytes) / descriptorBytes;
    return firstDataBlock + group * blocksPerGroup + (this.#hasCopy(group) ? 1 : 0);
  }

  #hasCopy(group: number): boolean {
    const { copies } = this.superblock;
    if (group === 0 || copies === 'all') return true;
    if (copies !== 'sparse') return copies.includes(group);
    const isPower = (base: number): boolean => {
      let power = base;
      while (power < group) power *= base;
      return power === group;
    };
    return group === 1 || isPower(3) || isPower(5) || isPower(7);
  }
}
