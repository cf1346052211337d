import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Header, Pack } from 'tar-stream';
import { PluginError } from '../plugin-error.js';
import { drained } from './drained.js';

type HeaderInput = Pick<Header, 'name' | 'type' | 'mode' | 'mtime'> & Partial<Header>;

const chunkBytes = 256 * 1_024;

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** What goes where. */
export interface Packing {
  /** A file or a folder of this machine; a link is followed. */
  readonly local: string;
  /** Names from the volume's root down: what `local` becomes. */
  readonly destination: readonly string[];
  /** So many of its last names are missing there and are made: the destination's own among them. */
  readonly missing: number;
  readonly owner: Owner;
}

export interface Packed {
  readonly files: number;
  /** Sockets, devices, pipes. */
  readonly skipped: number;
}

/** Writes an archive for the volume's root, and ends it. @throws PluginError for a file that changes meanwhile; errors of the file system. */
export async function packFiles(pack: Pack, { local, destination, missing, owner }: Packing): Promise<Packed> {
  const counted = { files: 0, skipped: 0 };
  const add = (header: HeaderInput): Promise<void> => addEntry(pack, { ...owner, ...header });
  for (let depth = destination.length - missing + 1; depth < destination.length; depth++) {
    await add({ name: `${destination.slice(0, depth).join('/')}/`, type: 'directory', mode: 0o755, mtime: new Date() });
  }
  /** Names of files that have others here: those become hard links. Windows has no number to tell them by that is sure. */
  const linked = new Map<string, string>();
  /** Folders before what is in them; a stack, so that depth costs no call stack. */
  const waiting = [{ path: local, name: destination.join('/'), isTop: true }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { path, name, isTop } = next;
    const found = await (isTop ? stat(path) : lstat(path));
    const header = { name, mode: found.mode & 0o7777, mtime: found.mtime };
    if (found.isDirectory()) {
      // The volume's own root stays as it is.
      if (name !== '') await add({ ...header, name: `${name}/`, type: 'directory' });
      const below = (await readdir(path)).toSorted().toReversed();
      waiting.push(...below.map((entry) => ({ path: join(path, entry), name: name === '' ? entry : `${name}/${entry}`, isTop: false })));
    } else if (found.isFile()) {
      const inode = found.nlink > 1 && process.platform !== 'win32' ? `${String(found.dev)}:${String(found.ino)}` : '';
      const linkname = linked.get(inode);
      if (linkname === undefined) await addFile(pack, { ...owner, ...header, type: 'file', size: found.size }, path);
      else await add({ ...header, type: 'link', linkname });
      if (inode !== '') linked.set(inode, linkname ?? name);
    } else if (found.isSymbolicLink()) await add({ ...header, type: 'symlink', linkname: await readlink(path) });
    const isPacked = found.isFile() || found.isSymbolicLink();
    if (isPacked) counted.files++;
    else if (!found.isDirectory()) counted.skipped++;
  }
  pack.finalize();
  return counted;
}

/** An entry without content. */
function addEntry(pack: Pack, header: HeaderInput): Promise<void> {
  return new Promise((resolve, reject) => {
    pack.entry(header, '', (error) => (error ? reject(error) : resolve())).on('error', reject);
  });
}

/** As many bytes as the header says: of a file that grows, the beginning. */
async function addFile(pack: Pack, header: HeaderInput & { size: number }, path: string): Promise<void> {
  if (header.size === 0) return addEntry(pack, header);
  const sink = pack.entry(header);
  const ended = new Promise<void>((resolve, reject) => void sink.on('close', resolve).on('error', reject));
  // It is awaited below.
  ended.catch(() => undefined);
  let left = header.size;
  for await (const chunk of createReadStream(path, { end: header.size - 1, highWaterMark: chunkBytes }) as AsyncIterable<Buffer>) {
    left -= chunk.length;
    if (!sink.write(chunk)) await drained(sink);
  }
  if (left > 0) throw new PluginError(`${path} became shorter while it was read. Copy what nobody writes to.`);
  sink.end(null);
  await ended;
}
