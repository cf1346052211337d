import type { FileSystem, Inode } from '../file-systems/file-system.js';
import { namePlace } from '../file-systems/name-place.js';
import { walkTree } from '../file-systems/walk-tree.js';
import { filePieces } from './file-pieces.js';
import { tarBlockBytes, type TarEntry, tarHeader } from './tar-header.js';
import type { Piece } from './piece.js';

/** What went into an archive. */
export interface Counted {
  files: number;
  /** Sockets: an archive has no such thing. */
  skipped: number;
}

/**
 * A tar archive of a file or folder, in pieces that say where their bytes are: of the same backup always the same.
 * @throws DamagedFileSystem with the path, PluginError for what cannot be read.
 */
export async function* tarPieces(fileSystem: FileSystem, top: { path: string; inode: Inode }, counted: Counted): AsyncGenerator<Piece> {
  /** Where the first of a file's names is. */
  const linked = new Map<number, string>();
  for await (const { path, inode } of walkTree(fileSystem, top)) {
    const { kind, number, links } = inode;
    const first = linked.get(number);
    if (kind === 'socket') counted.skipped++;
    else if (kind === 'folder') yield bytesOf(entryOf(inode, 'folder', path === '' ? './' : `${path}/`));
    else if (first !== undefined) yield bytesOf(entryOf(inode, 'link', path, first));
    else if (kind === 'symlink') yield bytesOf(entryOf(inode, kind, path, await namePlace(path, fileSystem.target(inode))));
    else if (kind === 'file') yield* filePieces(fileSystem, entryOf(inode, kind, path), inode);
    else yield bytesOf(entryOf(inode, kind, path));
    if (kind === 'folder' || kind === 'socket') continue;
    counted.files++;
    if (links > 1 && first === undefined) linked.set(number, path);
  }
  // The end.
  yield { kind: 'bytes', bytes: Buffer.alloc(2 * tarBlockBytes) };
}

function bytesOf(entry: TarEntry): Piece {
  return { kind: 'bytes', bytes: tarHeader(entry) };
}

function entryOf({ mode, uid, gid, mtime, device }: Inode, type: TarEntry['type'], path: string, target = ''): TarEntry {
  return { type, path, target, mode, uid, gid, mtime, size: 0, device: type === 'link' ? null : device };
}
