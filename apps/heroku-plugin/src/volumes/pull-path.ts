import { realpath, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Header } from 'tar-stream';
import type { Session } from '../connection/session.js';
import { DockerFailure } from '../docker/ask-docker.js';
import type { Variables } from '../env.js';
import { explainLocalWrite } from '../messages/explain-local-write.js';
import { TransferProgress } from '../messages/transfer-progress.js';
import { PluginError } from '../plugin-error.js';
import { copyOut } from './copy-stream.js';
import { formatSize } from './format-size.js';
import { formatVolumeAddress, type VolumeAddress } from './parse-volume-address.js';
import { probePath } from './probe-path.js';
import { readEntries } from './read-entries.js';
import { Unpacker } from './unpack-archive.js';
import { withVolumeHelper } from './with-volume-helper.js';

/**
 * Copies a file or a folder out of a volume, as `cp -R` does: into `local` when that is a folder, else as `local`.
 * @returns what to tell.
 * @throws PluginError with what to do; errors of the local file system.
 */
export async function pullPath(session: Session, address: VolumeAddress, local: string, shell: Variables): Promise<string> {
  if (local === '-') throw new PluginError('Nothing is copied to the output: name a file or a folder. One that is called - is ./-');
  const from = formatVolumeAddress(address.volume, address.path);
  const shown = new TransferProgress(session.terminal);
  let bytes = 0;
  try {
    return await withVolumeHelper(session, address.volume, shell, async (helper) => {
      const unpacking = new Unpacking(address, local);
      const onBytes = (count: number): void => {
        bytes += count;
        shown.show(() => `${from}: ${formatSize(bytes)}`);
      };
      try {
        await copyOut(helper, address.path, onBytes, (archive) =>
          readEntries(archive, (header, content) => unpacking.take(header, content)),
        );
      } catch (error) {
        if (error instanceof DockerFailure && bytes === 0 && !(await probePath(helper, address.path))) {
          throw new PluginError(`There is no ${from}.`);
        }
        throw explainLocalWrite(error, unpacking.target, 'Run the command again.');
      }
      const { files, skipped } = await unpacking.finish();
      if (skipped > 0)
        session.terminal.warn(`${String(skipped)} of it were left out: sockets, pipes, devices, or links that cannot be made here.`);
      return `${from} is in ${unpacking.target}: ${String(files)} file${files === 1 ? '' : 's'}, ${formatSize(bytes)}.`;
    });
  } finally {
    shown.end();
  }
}

/** Where the archive's entries go is known with the first of them. */
class Unpacking {
  target = '';
  #unpacker: Unpacker | null = null;

  constructor(
    private readonly address: VolumeAddress,
    private readonly local: string,
  ) {}

  async finish(): Promise<{ files: number; skipped: number }> {
    if (!this.#unpacker) throw new PluginError('The host has sent nothing.');
    return await this.#unpacker.finish();
  }

  async take(header: Header, content: AsyncIterable<Uint8Array>): Promise<void> {
    if (!this.#unpacker) {
      const { target, isThere } = await placeFor(this.address, this.local, header.type === 'directory');
      this.target = target;
      // As with cp, a file is written to where a link leads that the user names.
      const placed = target === this.local && (await kindOf(target)) === 'file' ? await realpath(target) : resolve(target);
      this.#unpacker = new Unpacker(placed, isThere);
    }
    await this.#unpacker.take(header, content);
  }
}

/** Where something from the volume goes, and whether that is a folder which is there. @throws PluginError */
async function placeFor(
  { path, volume, meansContents }: VolumeAddress,
  local: string,
  isFolder: boolean,
): Promise<{ target: string; isThere: boolean }> {
  if (meansContents && !isFolder)
    throw new PluginError(`${formatVolumeAddress(volume, path)} is no folder: leave the slash at its end out.`);
  const found = await kindOf(local);
  if (found === 'folder' && !meansContents) {
    const within = join(local, path.at(-1) ?? volume);
    return { target: within, isThere: isFolder && (await kindOf(within)) === 'folder' };
  }
  if (found === 'other') throw new PluginError(`${local} is neither a file nor a folder.`);
  if (found === 'file' && isFolder) throw new PluginError(`${local} is a file, and ${formatVolumeAddress(volume, path)} a folder.`);
  if (found === null && (await kindOf(dirname(resolve(local)))) !== 'folder')
    throw new PluginError(`There is no folder ${dirname(local)} here.`);
  if (found === null && !isFolder && /[/\\]$/.test(local)) throw new PluginError(`There is no folder ${local} here.`);
  return { target: local, isThere: found === 'folder' };
}

async function kindOf(path: string): Promise<'folder' | 'file' | 'other' | null> {
  const found = await stat(path).catch(() => null);
  if (found === null) return null;
  return found.isDirectory() ? 'folder' : found.isFile() ? 'file' : 'other';
}
