import { crc32c } from '../crc32c.js';
import { DamagedFileSystem } from '../damaged-file-system.js';
import type { FolderEntry } from '../file-system.js';
import { isEntryName } from '../is-entry-name.js';

const headBytes = 8;
const tailBytes = 12;
const tailType = 0xde;

interface FolderBlock {
  readonly inode: number;
  readonly hasFileType: boolean;
  /** Of the inode's checksums; null when there are none. */
  readonly seed: number | null;
}

/** Names in one block of a folder. The nodes of an index look like blocks with nothing in them, so that none needs to be known as one. @throws DamagedFileSystem. */
export function namesInBlock(bytes: Buffer, { inode, hasFileType, seed }: FolderBlock): FolderEntry[] {
  const damaged = (what: string): DamagedFileSystem => new DamagedFileSystem(`folder ${String(inode)} ${what}`);
  const tail = bytes.length - tailBytes;
  const names: FolderEntry[] = [];
  for (let at = 0; at < bytes.length;) {
    if (at + headBytes > bytes.length) throw damaged('ends within an entry');
    const [number, stored] = [bytes.readUInt32LE(at), bytes.readUInt16LE(at + 4)];
    const length = bytes.length === 65_536 && (stored === 0xffff || stored === 0) ? 65_536 : stored;
    // An index ends with something else there: it is reached from entry to entry, or is none.
    const isTail = at === tail && number === 0 && length === tailBytes && bytes[at + 7] === tailType;
    if (isTail && seed !== null && crc32c(seed, bytes.subarray(0, tail)) !== bytes.readUInt32LE(tail + headBytes)) {
      throw damaged('is not what its checksum says');
    }
    const nameBytes = hasFileType ? (bytes[at + 6] ?? 0) : bytes.readUInt16LE(at + 6);
    if (length < headBytes + nameBytes || length % 4 !== 0 || at + length > bytes.length) throw damaged('has an entry that makes no sense');
    const name = bytes.toString('latin1', at + headBytes, at + headBytes + nameBytes);
    at += length;
    if (number === 0 || name === '.' || name === '..') continue;
    if (!isEntryName(name)) throw damaged('has a name that none can have');
    names.push({ name, inode: number });
  }
  return names;
}
