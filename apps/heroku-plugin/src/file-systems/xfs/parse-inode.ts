import { DamagedFileSystem, unreadable } from '../damaged-file-system.js';
import { type Inode, kindOf } from '../file-system.js';
import { hasGoodSum } from './checksum.js';
import { whole } from './superblock.js';

const magic = 0x494e;
const sumAt = 100;
const flags = { realtime: 0x1 };
const flags2 = { lateTimes: 0x8, manyExtents: 0x10 };
/** What an inode with late times counts from: the first second of 32 bits. */
const firstSecond = -(2 ** 31);

/** How the content of an inode is found. */
export const forkFormats = { device: 0, local: 1, extents: 2, tree: 3 };

interface DataFork {
  readonly format: number;
  readonly bytes: Buffer;
  /** Of the list, when the format is that. */
  readonly extents: number;
}

/** @throws DamagedFileSystem, PluginError for what cannot be read. */
export function parseXfsInode(number: number, record: Buffer, hasChecksums: boolean): Inode {
  const damaged = (what: string): DamagedFileSystem => new DamagedFileSystem(`inode ${String(number)} ${what}`);
  if (record.readUInt16BE(0) !== magic) throw damaged('is none');
  const version = record.readUInt8(4);
  if (version < 1 || version > 3 || (version === 3) !== hasChecksums) throw damaged('is of another version');
  if (version === 3 && (!hasGoodSum(record, sumAt) || whole(record, 152) !== number)) throw damaged('is not what its checksum says');
  const mode = record.readUInt16BE(2);
  const kind = kindOf(mode);
  if (!kind) throw damaged('is no kind of file');
  if (kind === 'file' && (record.readUInt16BE(90) & flags.realtime) !== 0)
    throw unreadable('There is a file on a realtime device, which a backup does not have');
  const fork = dataForkOf(number, record);
  return {
    number,
    kind,
    mode: mode & 0o7777,
    uid: record.readUInt32BE(8),
    gid: record.readUInt32BE(12),
    size: whole(record, 56),
    links: version === 1 ? record.readUInt16BE(6) : record.readUInt32BE(16),
    mtime: mtimeIn(record),
    device: kind === 'character' || kind === 'block' ? deviceIn(fork.bytes) : null,
    record,
  };
}

/** @throws DamagedFileSystem. */
export function dataForkOf(number: number, record: Buffer): DataFork {
  const start = record.readUInt8(4) === 3 ? 176 : 100;
  const offset = record.readUInt8(82) * 8;
  if (start + offset > record.length) throw new DamagedFileSystem(`inode ${String(number)} is longer than its room`);
  const extents = has2(record, flags2.manyExtents) ? whole(record, 24) : record.readUInt32BE(76);
  return { format: record.readUInt8(5), bytes: record.subarray(start, offset === 0 ? record.length : start + offset), extents };
}

function has2(record: Buffer, flag: number): boolean {
  return record.readUInt8(4) === 3 && (record.readUInt32BE(124) & flag) !== 0;
}

function mtimeIn(record: Buffer): Inode['mtime'] {
  if (!has2(record, flags2.lateTimes))
    return { seconds: record.readInt32BE(40), nanoseconds: Math.min(999_999_999, record.readUInt32BE(44)) };
  const since = record.readBigUInt64BE(40);
  return { seconds: Number(since / 1_000_000_000n) + firstSecond, nanoseconds: Number(since % 1_000_000_000n) };
}

/** As System V has it: 14 bits and 18. */
function deviceIn(fork: Buffer): { major: number; minor: number } {
  const value = fork.readUInt32BE(0);
  return { major: value >>> 18, minor: value & 0x3ffff };
}
