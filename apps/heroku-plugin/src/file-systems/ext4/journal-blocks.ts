import { crc32cAround } from '../crc32c.js';
import { DamagedFileSystem } from '../damaged-file-system.js';
import type { JournalSuperblock } from './journal-superblock.js';

const headBytes = 12;
const uuidBytes = 16;
const tailBytes = 4;
const flags = { escaped: 0x1, sameUuid: 0x2, deleted: 0x4, last: 0x8 };
const commitSumAt = 0x10;

/** Says what the next block of the log is a copy of. */
interface Tag {
  /** Of the file system. */
  readonly block: number;
  /** The copy begins with zeros in place of the journal's magic number. */
  readonly isEscaped: boolean;
  /** Of the copy: 32 bits, or 16 of older journals. */
  readonly sum: number;
}

function usable(bytes: Buffer, { seed }: JournalSuperblock): number {
  return bytes.length - (seed === null ? 0 : tailBytes);
}

/** True when a descriptor or revocation is what was written. */
export function hasGoodTail(bytes: Buffer, { seed }: JournalSuperblock): boolean {
  const at = bytes.length - tailBytes;
  return seed === null || crc32cAround(seed, bytes, at) === bytes.readUInt32BE(at);
}

/** True when a commit is what was written. */
export function hasGoodCommit(bytes: Buffer, { seed }: JournalSuperblock): boolean {
  return seed === null || crc32cAround(seed, bytes, commitSumAt) === bytes.readUInt32BE(commitSumAt);
}

/** What a descriptor says of the blocks that follow it. */
export function tagsIn(bytes: Buffer, journal: JournalSuperblock): Tag[] {
  const tags: Tag[] = [];
  for (let at = headBytes; at + journal.tagBytes <= usable(bytes, journal);) {
    const { hasWholeSums, is64bit } = journal;
    const set = hasWholeSums ? bytes.readUInt32BE(at + 4) : bytes.readUInt16BE(at + 6);
    const high = is64bit ? bytes.readUInt32BE(at + 8) : 0;
    const sum = hasWholeSums ? bytes.readUInt32BE(at + 12) : bytes.readUInt16BE(at + 4);
    tags.push({ block: bytes.readUInt32BE(at) + high * 2 ** 32, isEscaped: (set & flags.escaped) !== 0, sum });
    if (set & flags.last) break;
    at += journal.tagBytes + (set & flags.sameUuid ? 0 : uuidBytes);
  }
  return tags;
}

/** Blocks of which older copies in the log must not be replayed. @throws DamagedFileSystem. */
export function revokedIn(bytes: Buffer, journal: JournalSuperblock): number[] {
  const end = bytes.readUInt32BE(headBytes);
  const each = journal.is64bit ? 8 : 4;
  if (end > usable(bytes, journal)) throw new DamagedFileSystem('a revocation in the journal makes no sense');
  const revoked: number[] = [];
  for (let at = headBytes + 4; at + each <= end; at += each) {
    revoked.push(journal.is64bit ? bytes.readUInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4) : bytes.readUInt32BE(at));
  }
  return revoked;
}
