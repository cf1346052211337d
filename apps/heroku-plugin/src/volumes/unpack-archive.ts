import { randomBytes } from 'node:crypto';
import { chmod, copyFile, link, lstat, mkdir, open, rename, rm, symlink, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Header } from 'tar-stream';
import { PluginError } from '../plugin-error.js';

/** What was unpacked, and what could not be. */
export interface Unpacked {
  readonly files: number;
  /** Sockets, devices, pipes; links where the system has none. */
  readonly skipped: number;
}

/**
 * Puts an archive's entries below a local path, its first entry in that path's place. An archive comes from a host and is not trusted: nothing is
 * written outside of `target`, nor through a link. Owners are not kept; of modes, neither setuid nor sticky bits.
 */
export class Unpacker {
  #files = 0;
  #skipped = 0;
  readonly #safe = new Set<string>();
  /** Done last: a folder may be read-only, and writing into it changes its time. */
  readonly #folders: { path: string; mode: number; mtime: Date }[] = [];
  readonly #links: { path: string; make: () => Promise<void> }[] = [];

  constructor(
    private readonly target: string,
    /** Whether `target` is a folder that was there before, and keeps its mode. */
    private readonly isThere: boolean,
  ) {}

  /** One entry. @throws PluginError for what would lead elsewhere; errors of the file system. */
  async take(header: Header, content: AsyncIterable<Uint8Array>): Promise<void> {
    const names = this.#namesOf(header.name);
    const path = join(this.target, ...names);
    const { type, mtime } = header;
    const mode = header.mode & 0o777;
    if (type === 'directory') {
      await this.#enter(names);
      if (names.length > 0 || !this.isThere) this.#folders.push({ path, mode, mtime });
    } else if (type === 'file' || type === 'contiguous-file') {
      await this.#check(names);
      await writeWhole(path, content, { mode, mtime });
      this.#files++;
    } else if (type === 'symlink') {
      await this.#enter(names.slice(0, -1));
      this.#links.push({ path, make: () => this.#link(names, () => symlink(header.linkname ?? '', path)) });
    } else if (type === 'link') {
      const source = this.#namesOf(header.linkname ?? '');
      this.#links.unshift({ path, make: () => this.#link(names, () => this.#linkHard(source, path)) });
    } else this.#skipped++;
  }

  /** Makes the links, now that nothing is written any more that could go through one, and gives folders their modes. */
  async finish(): Promise<Unpacked> {
    for (const { make } of this.#links) await make();
    for (const { path, mode, mtime } of this.#folders.toReversed()) {
      await utimes(path, mtime, mtime);
      await chmod(path, mode);
    }
    return { files: this.#files, skipped: this.#skipped };
  }

  /** Below the target: the first name of an archive is that of what was asked for. */
  #namesOf(name: string): readonly string[] {
    const names = name.split('/').filter((part) => part !== '' && part !== '.');
    const isOutside = names.some((part) => part === '..' || (process.platform === 'win32' && /[\\:]/.test(part)));
    if (isOutside) throw new PluginError(`The host has sent a name that leads elsewhere: ${JSON.stringify(name)}.`);
    return names.slice(1);
  }

  /** Makes a folder and those above it. @throws PluginError when one of them is something else: a link would lead elsewhere. */
  async #enter(names: readonly string[]): Promise<void> {
    for (let depth = 0; depth <= names.length; depth++) {
      const path = join(this.target, ...names.slice(0, depth));
      if (this.#safe.has(path)) continue;
      const found = await lstat(path).catch(absentAsNull);
      if (!found) await mkdir(path, { mode: 0o700 });
      // The target itself was named by the user, who may mean a link.
      else if (!found.isDirectory() && !(depth === 0 && this.isThere))
        throw new PluginError(`${path} is there already and is no folder. Remove it, or choose another place.`);
      this.#safe.add(path);
    }
  }

  /** Sees to it that a name is free for a file, or that of something which a file may replace: no folder, no device. */
  async #check(names: readonly string[]): Promise<void> {
    const path = join(this.target, ...names);
    if (names.length > 0) await this.#enter(names.slice(0, -1));
    const found = await lstat(path).catch(absentAsNull);
    if (found?.isDirectory()) throw new PluginError(`${path} is a folder here and none in the volume. Remove it, or choose another place.`);
    if (found && !found.isFile() && !found.isSymbolicLink())
      throw new PluginError(`${path} is neither a file nor a folder. Choose another place.`);
  }

  async #link(names: readonly string[], make: () => Promise<void>): Promise<void> {
    await this.#check(names);
    await rm(join(this.target, ...names), { force: true });
    try {
      await make();
      this.#files++;
    } catch (error) {
      // Windows makes links for administrators only; some file systems have none.
      if (!['EPERM', 'ENOTSUP', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
      this.#skipped++;
    }
  }

  async #linkHard(source: readonly string[], path: string): Promise<void> {
    const from = join(this.target, ...source);
    if (!this.#safe.has(dirname(from)) || !(await lstat(from)).isFile()) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    await link(from, path).catch(() => copyFile(from, path));
  }
}

interface FileMarks {
  readonly mode: number;
  readonly mtime: Date;
}

/** Under another name until it is whole: what was there stays until then. */
async function writeWhole(path: string, content: AsyncIterable<Uint8Array>, marks: FileMarks): Promise<void> {
  const part = join(dirname(path), `.dockhero-part-${randomBytes(4).toString('hex')}`);
  try {
    await writeNew(part, content, marks);
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

async function writeNew(path: string, content: AsyncIterable<Uint8Array>, { mode, mtime }: FileMarks): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    for await (const chunk of content) await file.writeFile(chunk);
    await file.chmod(mode);
    await file.utimes(mtime, mtime);
  } finally {
    await file.close();
  }
}

function absentAsNull(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}
