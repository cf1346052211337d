import { constants } from 'node:fs';
import { open, readFile, readdir, type FileHandle } from 'node:fs/promises';
import { pollUntil } from './poll-until.js';
import { runCommand } from './run-command.js';

const RELEASE_TIMEOUT_MS = 1_000;

export interface LoopDevice {
  /** '/dev/loop3' */
  path: string;
  minor: number;
}

/** The loop device on a file, or null. One whose file has been replaced since is not found. */
export async function findLoop(file: string): Promise<LoopDevice | null> {
  for (const name of await readdir('/sys/block')) {
    if (!/^loop\d+$/.test(name)) continue;
    const backing = await readFile(`/sys/block/${name}/loop/backing_file`, 'utf8').catch(() => '');
    if (backing.trimEnd() === file) return { path: `/dev/${name}`, minor: Number(name.slice('loop'.length)) };
  }
  return null;
}

/** Puts a loop device on a file, or finds the one that is there. It stays until it is detached, also without a mount. */
export async function attachLoop(file: string): Promise<LoopDevice> {
  const found = await findLoop(file);
  if (found) return found;
  const path = (await runCommand('losetup', ['--find', '--show', file])).trim();
  return { path, minor: Number(path.slice('/dev/loop'.length)) };
}

/** Makes the device as large as its file. */
export async function resizeLoop({ path }: LoopDevice): Promise<void> {
  await runCommand('losetup', ['--set-capacity', path]);
}

/** Lets nobody mount the device until the handle is closed. @returns null while it is mounted anywhere, in whatever namespace. */
export async function claimLoop({ path }: LoopDevice): Promise<FileHandle | null> {
  try {
    return await open(path, constants.O_RDONLY | constants.O_EXCL);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EBUSY') return null;
    throw error;
  }
}

/**
 * Takes the device from a file once nobody has it open. A mounted one is left alone: the kernel would only promise to let go later.
 * @param beforeIt runs when nobody can mount it any more.
 * @returns false if it stays, mounted or held open.
 */
export async function detachLoop(file: string, beforeIt: () => Promise<void> = () => Promise.resolve()): Promise<boolean> {
  const loop = await findLoop(file);
  if (!loop) {
    await beforeIt();
    return true;
  }
  const claim = await claimLoop(loop);
  if (!claim) return false;
  try {
    await beforeIt();
    await runCommand('losetup', ['--detach', loop.path]);
  } finally {
    await claim.close();
  }
  return pollUntil(`the release of ${file}`, RELEASE_TIMEOUT_MS, async () => (await findLoop(file)) === null).catch(() => false);
}
