import { crc32c } from '../crc32c.js';
import { DamagedFileSystem, unreadable } from '../damaged-file-system.js';
import type { BlockDevice } from '../block-device.js';

/** Bytes into the device. */
const superblockAt = 1_024;
const magic = 0xef53;

const compat = { sparseSuper2: 0x200, fastCommit: 0x400 };
const incompat = { fileType: 0x2, recover: 0x4, metaBg: 0x10, extents: 0x40, is64bit: 0x80, checksumSeed: 0x2000 };
const readOnlyCompat = { sparseSuper: 0x1, metadataChecksum: 0x400 };
/** Compression, a journal that is the whole device, and data in folders' entries. None is in use anywhere. */
const unsupported = 0x1 | 0x8 | 0x1000;

/** What the readers need to know of an ext2, ext3 or ext4 file system. */
export interface Superblock {
  readonly blockBytes: number;
  readonly blocks: number;
  readonly inodes: number;
  readonly firstDataBlock: number;
  readonly blocksPerGroup: number;
  readonly inodesPerGroup: number;
  readonly inodeBytes: number;
  readonly descriptorBytes: number;
  /** From this block of descriptors on, each lies in the groups that it is of; Infinity when none does. */
  readonly firstMetaBlock: number;
  /** Groups, besides the first, that hold a copy of the superblock: all of them, the powers of 3, 5 and 7, or two that are named. */
  readonly copies: 'all' | 'sparse' | readonly number[];
  readonly hasFileType: boolean;
  /** Of all checksums; null when there are none. */
  readonly checksumSeed: number | null;
  /** Null without a journal inside. */
  readonly journalInode: number | null;
  /** True when the journal holds what the blocks do not have yet. */
  readonly needsRecovery: boolean;
  readonly hasFastCommits: boolean;
}

/** @returns null when there is no such file system. @throws DamagedFileSystem, PluginError. */
export async function readSuperblock(device: BlockDevice): Promise<Superblock | null> {
  if (device.size < 2 * superblockAt) return null;
  const bytes = await device.read(superblockAt, 1_024);
  if (bytes.readUInt16LE(0x38) !== magic) return null;
  const features = { compat: bytes.readUInt32LE(0x5c), incompat: bytes.readUInt32LE(0x60), readOnlyCompat: bytes.readUInt32LE(0x64) };
  const has = (set: number, feature: number): boolean => (set & feature) !== 0;
  const hasChecksums = has(features.readOnlyCompat, readOnlyCompat.metadataChecksum);
  if (hasChecksums && crc32c(0xffffffff, bytes.subarray(0, 0x3fc)) !== bytes.readUInt32LE(0x3fc)) {
    throw new DamagedFileSystem('the superblock is not what its checksum says');
  }
  if (has(features.incompat, unsupported)) throw unreadable('The file system of this backup has features that cannot be read here');
  const is64bit = has(features.incompat, incompat.is64bit);
  const isFirstRevision = bytes.readUInt32LE(0x4c) === 0;
  const journalInode = bytes.readUInt32LE(0xe0);
  const ownSeed = has(features.incompat, incompat.checksumSeed)
    ? bytes.readUInt32LE(0x270)
    : crc32c(0xffffffff, bytes.subarray(0x68, 0x78));
  const superblock: Superblock = {
    blockBytes: 2 ** (10 + Math.min(20, bytes.readUInt32LE(0x18))),
    blocks: bytes.readUInt32LE(0x4) + (is64bit ? bytes.readUInt32LE(0x150) * 2 ** 32 : 0),
    inodes: bytes.readUInt32LE(0x0),
    firstDataBlock: bytes.readUInt32LE(0x14),
    blocksPerGroup: bytes.readUInt32LE(0x20),
    inodesPerGroup: bytes.readUInt32LE(0x28),
    inodeBytes: isFirstRevision ? 128 : bytes.readUInt16LE(0x58),
    descriptorBytes: is64bit ? bytes.readUInt16LE(0xfe) : 32,
    firstMetaBlock: has(features.incompat, incompat.metaBg) ? bytes.readUInt32LE(0x104) : Infinity,
    copies: copiesIn(bytes, has(features.compat, compat.sparseSuper2), has(features.readOnlyCompat, readOnlyCompat.sparseSuper)),
    hasFileType: has(features.incompat, incompat.fileType),
    checksumSeed: hasChecksums ? ownSeed : null,
    journalInode: journalInode === 0 ? null : journalInode,
    needsRecovery: has(features.incompat, incompat.recover),
    hasFastCommits: has(features.compat, compat.fastCommit),
  };
  check(superblock, device.size);
  return superblock;
}

function copiesIn(bytes: Buffer, isSparse2: boolean, isSparse: boolean): Superblock['copies'] {
  if (isSparse2) return [bytes.readUInt32LE(0x24c), bytes.readUInt32LE(0x250)];
  return isSparse ? 'sparse' : 'all';
}

function check(superblock: Superblock, deviceBytes: number): void {
  const { blockBytes, blocks, blocksPerGroup, inodesPerGroup, inodeBytes, descriptorBytes, inodes, firstDataBlock } = superblock;
  const isSane =
    blockBytes <= 65_536 &&
    blocks * blockBytes <= deviceBytes &&
    blocksPerGroup > 0 &&
    inodesPerGroup > 0 &&
    inodeBytes >= 128 &&
    inodeBytes <= blockBytes &&
    (inodeBytes & (inodeBytes - 1)) === 0 &&
    descriptorBytes >= 32 &&
    descriptorBytes <= blockBytes &&
    (descriptorBytes & (descriptorBytes - 1)) === 0 &&
    firstDataBlock <= 1 &&
    inodes <= Math.ceil(blocks / blocksPerGroup) * inodesPerGroup;
  if (!isSane) throw new DamagedFileSystem('the superblock makes no sense, or the volume is smaller than its file system');
}
