import type { Extent, FileSystem, Inode } from '../file-systems/file-system.js';
import { namePlace } from '../file-systems/name-place.js';
import type { Piece } from './piece.js';
import { padding, type TarEntry, tarHeader } from './tar-header.js';

/** A file with more holes than this is written without them. Not every program can unpack that: busybox cannot. */
const mostZeros = 16 * 1_024 ** 2;

/** A file's header and content. @param entry without its size. */
export async function* filePieces(fileSystem: FileSystem, entry: TarEntry, inode: Inode): AsyncGenerator<Piece> {
  const { size } = inode;
  const filled = size > mostZeros ? await namePlace(entry.path, filledParts(fileSystem, inode)) : null;
  const stored = filled?.reduce((total, { length }) => total + length, 0) ?? size;
  if (filled && size - stored > mostZeros) {
    const map = mapOf(filled, size);
    yield { kind: 'bytes', bytes: tarHeader({ ...entry, size: map.length + stored, sparseBytes: size }) };
    yield { kind: 'bytes', bytes: map };
    for (const { position, length } of filled) yield { kind: 'stored', position, length };
    yield { kind: 'bytes', bytes: padding(stored) };
    return;
  }
  yield { kind: 'bytes', bytes: tarHeader({ ...entry, size }) };
  let next = 0;
  for await (const { offset, length, position } of filled ?? withPath(entry.path, fileSystem.extents(inode))) {
    if (offset >= size) break;
    if (offset > next) yield { kind: 'zeros', length: offset - next };
    const within = Math.min(length, size - offset);
    yield { kind: 'stored', position, length: within };
    next = offset + within;
  }
  if (next < size) yield { kind: 'zeros', length: size - next };
  yield { kind: 'bytes', bytes: padding(size) };
}

/** What is not holes, up to the file's end. */
async function filledParts(fileSystem: FileSystem, inode: Inode): Promise<Extent[]> {
  const parts: Extent[] = [];
  for await (const extent of fileSystem.extents(inode)) {
    if (extent.offset >= inode.size) break;
    parts.push({ ...extent, length: Math.min(extent.length, inode.size - extent.offset) });
  }
  return parts;
}

/** GNU's sparse format, 1.0: before the content stands where it belongs. A last part of no length says where the file ends. */
function mapOf(parts: readonly Extent[], size: number): Buffer {
  const last = parts.at(-1);
  const lines = parts.flatMap(({ offset, length }) => [offset, length]);
  if (!last || last.offset + last.length < size) lines.push(size, 0);
  const text = Buffer.from(`${[lines.length / 2, ...lines].join('\n')}\n`, 'latin1');
  return Buffer.concat([text, padding(text.length)]);
}

async function* withPath(path: string, extents: AsyncIterable<Extent>): AsyncGenerator<Extent> {
  const iterator = extents[Symbol.asyncIterator]();
  for (let next = await namePlace(path, iterator.next()); !next.done; next = await namePlace(path, iterator.next())) yield next.value;
}
