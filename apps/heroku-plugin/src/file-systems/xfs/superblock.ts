import type { BlockDevice } from '../block-device.js';
import { DamagedFileSystem, unreadable } from '../damaged-file-system.js';
import { hasGoodSum } from './checksum.js';

const magic = 0x58465342;
const sumAt = 224;
const versionBits = { folders2: 0x2000, more: 0x8000 };
const features2 = { fileType: 0x200 };
const incompat = { fileType: 0x1, needsRepair: 0x10 };
/** File types, sparse inodes, another UUID, late times, many extents, exchanged ranges, parents. None changes where things are. */
const supported = 0x1 | 0x2 | 0x4 | 0x8 | 0x10 | 0x20 | 0x40 | 0x80;

/** What the readers need to know of an XFS file system. */
export interface XfsSuperblock {
  readonly blockBytes: number;
  readonly blocks: number;
  readonly rootInode: number;
  readonly groupBlocks: number;
  readonly groups: number;
  /** Bits of a block's number within its group, and of an inode's within its block. */
  readonly groupBlockBits: number;
  readonly inodeBits: number;
  readonly inodeBytes: number;
  readonly folderBlockBytes: number;
  readonly hasFileType: boolean;
  /** Version 5. */
  readonly hasChecksums: boolean;
  /** Blocks; `start` is as `blockPosition` takes it, 0 for a log on another device. */
  readonly log: { readonly start: number; readonly blocks: number };
}

/** @returns null when there is no such file system. @throws DamagedFileSystem, PluginError. */
export async function readXfsSuperblock(device: BlockDevice): Promise<XfsSuperblock | null> {
  if (device.size < 4_096) return null;
  const bytes = await device.read(0, 4_096);
  if (bytes.readUInt32BE(0) !== magic) return null;
  const version = bytes.readUInt16BE(100);
  const hasChecksums = (version & 0xf) === 5;
  const sectorBytes = bytes.readUInt16BE(102);
  if (hasChecksums && (sectorBytes < 512 || sectorBytes > 4_096 || !hasGoodSum(bytes.subarray(0, sectorBytes), sumAt))) {
    throw new DamagedFileSystem('the superblock is not what its checksum says');
  }
  const features = hasChecksums ? bytes.readUInt32BE(216) : 0;
  const isKnown = (hasChecksums || (version & 0xf) === 4) && (version & versionBits.folders2) !== 0 && (features & ~supported) === 0;
  if (!isKnown) throw unreadable('The file system of this backup has features of XFS that cannot be read here');
  if (features & incompat.needsRepair) throw new DamagedFileSystem('XFS itself has marked it as in need of repair');
  const more = version & versionBits.more ? bytes.readUInt32BE(200) : 0;
  const superblock: XfsSuperblock = {
    blockBytes: bytes.readUInt32BE(4),
    blocks: whole(bytes, 8),
    rootInode: whole(bytes, 56),
    groupBlocks: bytes.readUInt32BE(84),
    groups: bytes.readUInt32BE(88),
    groupBlockBits: bytes.readUInt8(124),
    inodeBits: bytes.readUInt8(123),
    inodeBytes: bytes.readUInt16BE(104),
    folderBlockBytes: bytes.readUInt32BE(4) * 2 ** Math.min(16, bytes.readUInt8(192)),
    hasFileType: hasChecksums ? (features & incompat.fileType) !== 0 : (more & features2.fileType) !== 0,
    hasChecksums,
    log: { start: whole(bytes, 48), blocks: bytes.readUInt32BE(96) },
  };
  check(superblock, device.size);
  return superblock;
}

/** A number of 64 bits that must be a whole one for us. @throws DamagedFileSystem: no device is as large. */
export function whole(bytes: Buffer, at: number): number {
  const value = bytes.readUInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4);
  if (!Number.isSafeInteger(value)) throw new DamagedFileSystem('a number is larger than any can be');
  return value;
}

function check(superblock: XfsSuperblock, deviceBytes: number): void {
  const { blockBytes, blocks, groupBlocks, groups, groupBlockBits, inodeBits, inodeBytes, folderBlockBytes } = superblock;
  const isSane =
    blockBytes >= 512 &&
    blockBytes <= 65_536 &&
    (blockBytes & (blockBytes - 1)) === 0 &&
    blocks * blockBytes <= deviceBytes &&
    groupBlocks > 0 &&
    groups === Math.ceil(blocks / groupBlocks) &&
    groupBlockBits <= 31 &&
    2 ** groupBlockBits >= groupBlocks &&
    2 ** inodeBits * inodeBytes === blockBytes &&
    inodeBytes >= 256 &&
    folderBlockBytes <= 65_536;
  if (!isSane) throw new DamagedFileSystem('the superblock makes no sense, or the volume is smaller than its file system');
}

/** Where a block lies, by its number in its group and its group's above that. @returns bytes. @throws DamagedFileSystem when it is in no group, or its end is not. */
export function blockPosition({ groupBlockBits, groupBlocks, blocks, blockBytes }: XfsSuperblock, number: number, count = 1): number {
  const group = Math.floor(number / 2 ** groupBlockBits);
  const within = number % 2 ** groupBlockBits;
  const block = group * groupBlocks + within;
  if (within + count > groupBlocks || block + count > blocks) throw new DamagedFileSystem('something leads out of the volume');
  return block * blockBytes;
}

/** Where an inode lies. @returns bytes. @throws DamagedFileSystem. */
export function inodePosition(superblock: XfsSuperblock, number: number): number {
  const each = 2 ** superblock.inodeBits;
  return blockPosition(superblock, Math.floor(number / each)) + (number % each) * superblock.inodeBytes;
}
