import { crc32c, crc32cOf } from '../crc32c.js';
import { DamagedFileSystem, unreadable } from '../damaged-file-system.js';
import { type Inode, kindOf } from '../file-system.js';

/** What this adds to the record: bits of `i_flags`. */
export const inodeFlags = { encrypted: 0x800, indexed: 0x1000, extents: 0x80000, inlineData: 0x10000000 };
/** Where the pointers to blocks are, or a short link's target. */
export const blockArea = { start: 0x28, bytes: 60 };

/** Of the checksums of what belongs to an inode. @param seed of the file system. */
export function inodeSeed(seed: number, number: number, record: Buffer): number {
  return crc32cOf(crc32cOf(seed, number), record.readUInt32LE(0x64));
}

export function flagsOf(record: Buffer): number {
  return record.readUInt32LE(0x20);
}

/** @param seed of checksums; null when there are none. @throws DamagedFileSystem, PluginError for what cannot be read. */
export function parseInode(number: number, record: Buffer, seed: number | null): Inode {
  const extraBytes = record.length > 128 ? record.readUInt16LE(0x80) : 0;
  if (extraBytes > record.length - 128) throw new DamagedFileSystem(`inode ${String(number)} is longer than its room`);
  if (seed !== null) checkSum(number, record, extraBytes, seed);
  const mode = record.readUInt16LE(0);
  const kind = kindOf(mode);
  if (!kind) throw new DamagedFileSystem(`inode ${String(number)} is no kind of file`);
  const flags = flagsOf(record);
  if (flags & inodeFlags.encrypted) throw unreadable('There is an encrypted file, and only its own host can read that');
  if (flags & inodeFlags.inlineData)
    throw unreadable('There is a file whose content is in its inode (inline_data), which cannot be read here');
  const size = record.readUInt32LE(0x4) + (kind === 'file' || kind === 'folder' ? record.readUInt32LE(0x6c) * 2 ** 32 : 0);
  if (!Number.isSafeInteger(size)) throw new DamagedFileSystem(`inode ${String(number)} is larger than any file can be`);
  return {
    number,
    kind,
    mode: mode & 0o7777,
    uid: record.readUInt16LE(0x2) + record.readUInt16LE(0x78) * 65_536,
    gid: record.readUInt16LE(0x18) + record.readUInt16LE(0x7a) * 65_536,
    size,
    links: record.readUInt16LE(0x1a),
    mtime: mtimeIn(record, extraBytes),
    device: kind === 'character' || kind === 'block' ? deviceIn(record) : null,
    record,
  };
}

function checkSum(number: number, record: Buffer, extraBytes: number, seed: number): void {
  const hasHigh = extraBytes >= 4;
  const copy = Buffer.from(record);
  copy.writeUInt16LE(0, 0x7c);
  if (hasHigh) copy.writeUInt16LE(0, 0x82);
  const actual = crc32c(inodeSeed(seed, number, record), copy);
  const expected = record.readUInt16LE(0x7c) + (hasHigh ? record.readUInt16LE(0x82) * 65_536 : 0);
  if ((hasHigh ? actual : actual & 0xffff) !== expected)
    throw new DamagedFileSystem(`inode ${String(number)} is not what its checksum says`);
}

/** Two bits more of seconds, and nanoseconds, where the inode has room for them. */
function mtimeIn(record: Buffer, extraBytes: number): Inode['mtime'] {
  const seconds = record.readInt32LE(0x10);
  if (extraBytes < 12) return { seconds, nanoseconds: 0 };
  const extra = record.readUInt32LE(0x88);
  return { seconds: seconds + (extra & 3) * 2 ** 32, nanoseconds: Math.min(999_999_999, extra >>> 2) };
}

/** In 16 bits, or in 32 where that was too little. */
function deviceIn(record: Buffer): { major: number; minor: number } {
  const short = record.readUInt32LE(blockArea.start);
  if (short !== 0) return { major: (short >>> 8) & 0xff, minor: short & 0xff };
  const long = record.readUInt32LE(blockArea.start + 4);
  return { major: (long >>> 8) & 0xfff, minor: (long & 0xff) | ((long >>> 12) & 0xfff00) };
}
