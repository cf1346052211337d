import { DamagedFileSystem } from '../damaged-file-system.js';
import type { FolderEntry } from '../file-system.js';
import { isEntryName } from '../is-entry-name.js';
import { hasGoodSum } from './checksum.js';
import { whole, type XfsSuperblock } from './superblock.js';

/** Of blocks with names, and of the one block of a small folder, which has its index at its end. */
const magics = { plain: 0x58443244, plainOnly: 0x58443242, withSums: 0x58444433, withSumsOnly: 0x58444233 };
const sumAt = 4;
const ownerAt = 40;
const freeTag = 0xffff;

function damaged(inode: number, what: string): DamagedFileSystem {
  return new DamagedFileSystem(`folder ${String(inode)} ${what}`);
}

function entryOf(folder: number, name: string, inode: number): FolderEntry {
  if (!isEntryName(name)) throw damaged(folder, 'has a name that none can have');
  return { name, inode };
}

/** Names of a folder that is in its inode. @throws DamagedFileSystem. */
export function namesInFork(bytes: Buffer, folder: number, { hasFileType }: XfsSuperblock): FolderEntry[] {
  const [count, isLong] = [bytes.readUInt8(0), bytes.readUInt8(1) > 0];
  const numberBytes = isLong ? 8 : 4;
  const names: FolderEntry[] = [];
  let at = 2 + numberBytes;
  for (let left = count; left > 0; left--) {
    const nameAt = at + 3;
    const numberAt = nameAt + (bytes[at] ?? 0) + (hasFileType ? 1 : 0);
    if (numberAt + numberBytes > bytes.length) throw damaged(folder, 'has an entry that makes no sense');
    const number = isLong ? whole(bytes, numberAt) : bytes.readUInt32BE(numberAt);
    names.push(entryOf(folder, bytes.toString('latin1', nameAt, nameAt + (bytes[at] ?? 0)), number));
    at = numberAt + numberBytes;
  }
  return names;
}

/** Names in one block of a larger folder. @throws DamagedFileSystem. */
export function namesInBlock(bytes: Buffer, folder: number, { hasFileType, hasChecksums }: XfsSuperblock): FolderEntry[] {
  const magic = bytes.readUInt32BE(0);
  const isOnly = magic === (hasChecksums ? magics.withSumsOnly : magics.plainOnly);
  if (!isOnly && magic !== (hasChecksums ? magics.withSums : magics.plain)) throw damaged(folder, 'has a block of another kind');
  if (hasChecksums && (!hasGoodSum(bytes, sumAt) || whole(bytes, ownerAt) !== folder))
    throw damaged(folder, 'is not what its checksum says');
  const end = isOnly ? bytes.length - 8 - bytes.readUInt32BE(bytes.length - 8) * 8 : bytes.length;
  const names: FolderEntry[] = [];
  for (let at = hasChecksums ? 64 : 16; at < end;) {
    if (at + 16 > bytes.length) throw damaged(folder, 'has an entry that makes no sense');
    if (bytes.readUInt16BE(at) === freeTag) {
      const length = bytes.readUInt16BE(at + 2);
      if (length === 0 || length % 8 !== 0 || at + length > end) throw damaged(folder, 'has a gap that makes no sense');
      at += length;
      continue;
    }
    const nameBytes = bytes.readUInt8(at + 8);
    const length = Math.ceil((8 + 1 + nameBytes + (hasFileType ? 1 : 0) + 2) / 8) * 8;
    if (nameBytes === 0 || at + length > end) throw damaged(folder, 'has an entry that makes no sense');
    const name = bytes.toString('latin1', at + 9, at + 9 + nameBytes);
    if (name !== '.' && name !== '..') names.push(entryOf(folder, name, whole(bytes, at)));
    at += length;
  }
  return names;
}
