import { crc32c } from '../crc32c.js';
import { DamagedFileSystem, unreadable } from '../damaged-file-system.js';

/** At the start of all that is no copy of a block. */
export const journalMagic = 0xc03b3998;
const superblockTypes = [3, 4];
const incompat = { revoke: 0x1, is64bit: 0x2, asyncCommit: 0x4, checksum2: 0x8, checksum3: 0x10 };
const supported = incompat.revoke | incompat.is64bit | incompat.asyncCommit | incompat.checksum2 | incompat.checksum3;

export interface JournalSuperblock {
  /** Blocks of the journal, its superblock among them; the log goes round from `first` to there. */
  readonly length: number;
  readonly first: number;
  /** Where the oldest transaction begins, and its number; null when the journal is empty. */
  readonly start: { readonly block: number; readonly sequence: number } | null;
  readonly is64bit: boolean;
  readonly tagBytes: number;
  /** Of the checksums; null when there are none. */
  readonly seed: number | null;
  readonly hasWholeSums: boolean;
}

/** @param blocks of the journal's file. @throws DamagedFileSystem, PluginError for features that cannot be read. */
export function parseJournalSuperblock(bytes: Buffer, blocks: number): JournalSuperblock {
  if (bytes.readUInt32BE(0) !== journalMagic || !superblockTypes.includes(bytes.readUInt32BE(4))) {
    throw new DamagedFileSystem('the journal has no superblock');
  }
  const features = bytes.readUInt32BE(4) === 4 ? bytes.readUInt32BE(0x28) : 0;
  if (features & ~supported) throw unreadable('The journal of this backup’s file system cannot be replayed here');
  const hasSums = (features & (incompat.checksum2 | incompat.checksum3)) !== 0;
  const hasWholeSums = (features & incompat.checksum3) !== 0;
  const is64bit = (features & incompat.is64bit) !== 0;
  const [length, first] = [bytes.readUInt32BE(0x10), bytes.readUInt32BE(0x14)];
  const [sequence, start] = [bytes.readUInt32BE(0x18), bytes.readUInt32BE(0x1c)];
  const isSane = bytes.readUInt32BE(0xc) === bytes.length && length <= blocks && first >= 1 && first < length;
  if (!isSane || (start !== 0 && (start < first || start >= length)))
    throw new DamagedFileSystem('the superblock of the journal makes no sense');
  return {
    length,
    first,
    start: start === 0 ? null : { block: start, sequence },
    is64bit,
    tagBytes: hasWholeSums ? 16 : 8 + (hasSums ? 2 : 0) + (is64bit ? 4 : 0),
    seed: hasSums ? crc32c(0xffffffff, bytes.subarray(0x30, 0x40)) : null,
    hasWholeSums,
  };
}
