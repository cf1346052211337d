import type { BlockDevice } from '../block-device.js';
import { unreadable } from '../damaged-file-system.js';
import { parseLogRecord, recordMagic, sectorBytes } from './log-record.js';
import { blockPosition, type XfsSuperblock } from './superblock.js';

/** A freeze leaves two records; a host that was busy hundreds. */
const mostRecords = 8;
/** The longest record with its heads, in sectors. */
const longestRecord = 600;

/** The log, as a ring of sectors. */
class Log {
  constructor(
    private readonly device: BlockDevice,
    private readonly start: number,
    readonly sectors: number,
  ) {}

  read(sector: number): Promise<Buffer> {
    return this.device.read(this.start + this.within(sector) * sectorBytes, sectorBytes);
  }

  within(sector: number): number {
    return ((sector % this.sectors) + this.sectors) % this.sectors;
  }
}

/**
 * Makes sure that nothing waits in the log that the blocks do not have: so it is after an unmount, and while frozen, when only the superblock is in it.
 * @throws PluginError that says what to do instead, when there is.
 */
export async function checkLog(device: BlockDevice, superblock: XfsSuperblock): Promise<void> {
  const { start, blocks } = superblock.log;
  if (start === 0 || blocks === 0) throw unreadable('The log of the XFS file system in this backup is on another device');
  const log = new Log(device, blockPosition(superblock, start, blocks), (blocks * superblock.blockBytes) / sectorBytes);
  if (!(await isAtRest(log))) throw unreadable('The XFS file system of this backup was in use, and its log cannot be replayed here');
}

async function isAtRest(log: Log): Promise<boolean> {
  let end = await findHead(log);
  /** The oldest record that a mount would replay. */
  let tail: number | null = null;
  for (let records = 0; records < mostRecords; records++) {
    const at = await recordBefore(log, end);
    if (at === null) return false;
    const record = parseLogRecord(await log.read(at), (sector) => log.read(at + sector));
    if (log.within(at + record.sectors) !== log.within(end)) return false;
    const content = await record.firstSector();
    if (tail === null && record.isUnmount(content)) return true;
    if (!record.isOfSuperblock(content)) return false;
    tail ??= record.tail;
    if (log.within(at) === tail) return true;
    end = at;
  }
  return false;
}

/** The sector that is written next: each begins with the number of the round in which it was written, and there that falls. */
async function findHead(log: Log): Promise<number> {
  const roundOf = async (sector: number): Promise<number> => {
    const bytes = await log.read(sector);
    return bytes.readUInt32BE(0) === recordMagic ? bytes.readUInt32BE(4) : bytes.readUInt32BE(0);
  };
  const first = await roundOf(0);
  if ((await roundOf(log.sectors - 1)) === first) return 0;
  let [low, high] = [0, log.sectors - 1];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if ((await roundOf(middle)) === first) low = middle;
    else high = middle;
  }
  return high;
}

/** The sector of the last record that begins before `end`; null when there is none near. */
async function recordBefore(log: Log, end: number): Promise<number | null> {
  for (let at = end - 1; at >= end - Math.min(longestRecord, log.sectors); at--) {
    if ((await log.read(at)).readUInt32BE(0) === recordMagic) return at;
  }
  return null;
}
