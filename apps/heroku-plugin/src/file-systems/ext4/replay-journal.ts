import type { BlockDevice } from '../block-device.js';
import { crc32c } from '../crc32c.js';
import { DamagedFileSystem, unreadable } from '../damaged-file-system.js';
import { OverlaidDevice } from '../overlaid-device.js';
import { Ext4 } from './ext4.js';
import { hasGoodCommit, hasGoodTail, revokedIn, tagsIn } from './journal-blocks.js';
import { journalMagic, type JournalSuperblock, parseJournalSuperblock } from './journal-superblock.js';
import type { Superblock } from './superblock.js';

const types = { descriptor: 1, commit: 2, revocation: 5 };

/** A copy of a block in the log. */
interface Copy {
  readonly block: number;
  readonly isEscaped: boolean;
  readonly position: number;
  readonly sequence: number;
  readonly sum: number;
}

interface Log {
  readonly copies: readonly Copy[];
  /** The last transaction that revoked each block. */
  readonly revoked: ReadonlyMap<number, number>;
}

/**
 * The device as it would be after its journal had been replayed; nothing is written. What was committed counts, what was not does not.
 * @throws DamagedFileSystem, PluginError when the journal is elsewhere or of a kind that cannot be read.
 */
export async function replayJournal(device: BlockDevice, superblock: Superblock): Promise<BlockDevice> {
  const { journalInode, blockBytes, blocks } = superblock;
  if (journalInode === null) throw unreadable('The file system of this backup was in use, and its journal is on another device');
  const places = await placesOf(device, superblock, journalInode);
  const blockAt = async (index: number): Promise<Buffer> => device.read(places[index] ?? 0, blockBytes);
  const journal = parseJournalSuperblock(await blockAt(0), places.length);
  if (!journal.start) return device;
  if (superblock.hasFastCommits)
    throw unreadable('The file system of this backup was in use, and its fast commits cannot be replayed here');
  const { copies, revoked } = await readLog(journal, blockAt, (index) => places[index] ?? 0);
  const replacements = new Map<number, { position: number; head?: Buffer }>();
  const head = Buffer.alloc(4);
  head.writeUInt32BE(journalMagic);
  for (const { block, isEscaped, position, sequence, sum } of copies) {
    if (sequence <= (revoked.get(block) ?? -1)) continue;
    if (block >= blocks) throw new DamagedFileSystem('the journal leads out of the volume');
    if (!(await isWhole(journal, await device.read(position, blockBytes), sequence, sum))) {
      throw new DamagedFileSystem('a block in the journal is not what its checksum says');
    }
    replacements.set(block, isEscaped ? { position, head } : { position });
  }
  return new OverlaidDevice(device, blockBytes, replacements);
}

/** Where each block of the journal's file is, in bytes. */
async function placesOf(device: BlockDevice, superblock: Superblock, journalInode: number): Promise<number[]> {
  const { blockBytes } = superblock;
  const reader = new Ext4(device, superblock);
  const file = await reader.inode(journalInode);
  const places: number[] = [];
  for await (const { offset, length, position } of reader.extents(file)) {
    if (offset !== places.length * blockBytes) throw new DamagedFileSystem('the journal has holes');
    for (let at = 0; at < length && places.length * blockBytes < file.size; at += blockBytes) places.push(position + at);
  }
  if (places.length < 2) throw new DamagedFileSystem('the journal is empty');
  return places;
}

/** All transactions that were committed, from the oldest on. */
async function readLog(
  journal: JournalSuperblock,
  blockAt: (index: number) => Promise<Buffer>,
  placeAt: (index: number) => number,
): Promise<Log> {
  const committed: Copy[] = [];
  const revoked = new Map<number, number>();
  let [at, sequence] = [journal.start?.block ?? 0, journal.start?.sequence ?? 0];
  let pending: Copy[] = [];
  let pendingRevoked: number[] = [];
  const step = (): number => {
    const index = at;
    at = at + 1 < journal.length ? at + 1 : journal.first;
    return index;
  };
  // The log is a ring: no more than all of it is read.
  for (let left = journal.length - journal.first; left > 0; left--) {
    const bytes = await blockAt(step());
    const type = bytes.readUInt32BE(4);
    if (bytes.readUInt32BE(0) !== journalMagic || bytes.readUInt32BE(8) !== sequence) break;
    if (type === types.descriptor && hasGoodTail(bytes, journal)) {
      for (const { block, isEscaped, sum } of tagsIn(bytes, journal))
        pending.push({ block, isEscaped, sum, sequence, position: placeAt(step()) });
      left -= tagsIn(bytes, journal).length;
    } else if (type === types.revocation && hasGoodTail(bytes, journal)) pendingRevoked.push(...revokedIn(bytes, journal));
    else if (type === types.commit && hasGoodCommit(bytes, journal)) {
      committed.push(...pending);
      for (const block of pendingRevoked) revoked.set(block, sequence);
      [pending, pendingRevoked] = [[], []];
      sequence = (sequence + 1) >>> 0;
    } else break;
  }
  return { copies: committed, revoked };
}

async function isWhole({ seed, hasWholeSums }: JournalSuperblock, bytes: Buffer, sequence: number, sum: number): Promise<boolean> {
  if (seed === null) return true;
  const number = Buffer.alloc(4);
  number.writeUInt32BE(sequence);
  const actual = crc32c(crc32c(seed, number), bytes);
  return (hasWholeSums ? actual : actual & 0xffff) === sum;
}
