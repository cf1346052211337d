import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { pack as newPack } from 'tar-stream';
import type { Session } from '../connection/session.js';
import type { Variables } from '../env.js';
import { TransferProgress } from '../messages/transfer-progress.js';
import { PluginError } from '../plugin-error.js';
import { copyIn } from './copy-stream.js';
import { formatSize } from './format-size.js';
import { type Owner, packFiles, type Packing } from './pack-files.js';
import { formatVolumeAddress, type VolumeAddress } from './parse-volume-address.js';
import { type Probed, probePath } from './probe-path.js';
import type { VolumeHelper } from './volume-helper.js';
import { withVolumeHelper } from './with-volume-helper.js';

/**
 * Copies a file or a folder into a volume, as `cp -R` does: into the address when that is a folder, else as that. Folders in between are made.
 * @param owner of what is copied; null: that of the folder it goes into, or of the file it replaces.
 * @returns what to tell.
 * @throws PluginError with what to do; errors of the local file system.
 */
export async function pushPath(
  session: Session,
  local: string,
  address: VolumeAddress,
  owner: Owner | null,
  shell: Variables,
): Promise<string> {
  const isFolder = await isLocalFolder(local);
  const shown = new TransferProgress(session.terminal);
  let bytes = 0;
  try {
    return await withVolumeHelper(session, address.volume, shell, async (helper) => {
      const packing = await plan(helper, local, isFolder, address, owner);
      const to = formatVolumeAddress(address.volume, packing.destination);
      const { files, skipped } = await send(helper, packing, (count) => {
        bytes += count;
        shown.show(() => `${to}: ${formatSize(bytes)}`);
      }).catch((error: unknown) => {
        shown.end();
        session.terminal.warn(`${to} may be there in part. Push it again, or remove it.`);
        throw error;
      });
      if (skipped > 0) session.terminal.warn(`${String(skipped)} of it were left out: sockets, pipes or devices.`);
      const { uid, gid } = packing.owner;
      return `${local} is in ${to}: ${String(files)} file${files === 1 ? '' : 's'}, ${formatSize(bytes)}, owner ${String(uid)}:${String(gid)}.`;
    });
  } finally {
    shown.end();
  }
}

async function send(helper: VolumeHelper, packing: Packing, onBytes: (bytes: number) => void): Promise<{ files: number; skipped: number }> {
  const pack = newPack();
  // The two fail together: whichever does first ends the other.
  const packed = packFiles(pack, packing).catch((error: unknown) => {
    pack.destroy(error as Error);
    throw error;
  });
  packed.catch(() => undefined);
  try {
    await copyIn(helper, pack as AsyncIterable<Uint8Array>, onBytes);
  } catch (error) {
    pack.destroy();
    throw error;
  }
  return await packed;
}

/** What becomes what, after a look at what is there. @throws PluginError */
async function plan(
  helper: VolumeHelper,
  local: string,
  isFolder: boolean,
  { volume, path, meansContents }: VolumeAddress,
  owner: Owner | null,
): Promise<Packing> {
  const wantsContents = isFolder && /[/\\]\.?$|^\.$/.test(local);
  const found = await nearest(helper, path);
  const isThere = found.missing === 0;
  if (!found.isFolder && (!isThere || isFolder || (meansContents && path.length > 0))) {
    throw new PluginError(`${formatVolumeAddress(volume, path.slice(0, path.length - found.missing))} is a file.`);
  }
  // Into it: when it is a folder, or is to become one by its slash.
  const goesInto = !wantsContents && (isThere ? found.isFolder : meansContents && !isFolder);
  const destination = goesInto ? [...path, basename(resolve(local))] : path;
  const missing = goesInto ? found.missing + 1 : found.missing;
  return { local, destination, missing, owner: owner ?? { uid: found.uid, gid: found.gid } };
}

/** The path, or the nearest above it that is there. The root always is. */
async function nearest(helper: VolumeHelper, path: readonly string[]): Promise<Probed & { readonly missing: number }> {
  for (let missing = 0; missing <= path.length; missing++) {
    const found = await probePath(helper, path.slice(0, path.length - missing));
    if (found) return { ...found, missing };
  }
  throw new PluginError('The volume could not be looked at: Docker found nothing at its root.');
}

async function isLocalFolder(local: string): Promise<boolean> {
  const found = await stat(local).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw new PluginError(`There is no ${local} here.`);
    throw error;
  });
  if (!found.isDirectory() && !found.isFile()) throw new PluginError(`${local} is neither a file nor a folder.`);
  return found.isDirectory();
}
