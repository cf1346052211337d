import { mkdir, open, readFile, readdir, rm } from 'node:fs/promises';
import { machineFiles } from './machine-files.js';
import { pollUntil } from './poll-until.js';
import { runCommand } from './run-command.js';

const RELEASE_TIMEOUT_MS = 15_000;

/** Makes the root volume of a new instance: a sparse file of `gib` GiB that takes only what is written to it. */
export async function createRootDisk(dataDir: string, id: string, gib: number): Promise<void> {
  const files = machineFiles(dataDir, id);
  await mkdir(files.dir, { recursive: true });
  const handle = await open(files.rootDisk, 'w');
  await handle.truncate(gib * 2 ** 30);
  await handle.close();
  await runCommand('mkfs.ext4', ['-q', '-F', '-m', '0', '-E', 'lazy_itable_init=1,lazy_journal_init=1,nodiscard', files.rootDisk]);
}

/**
 * Waits until no loop device holds the disk any more. The kernel lets go of it a moment after the last process of the instance is
 * gone; booting from it before that would mount one file system twice and destroy it.
 */
export async function waitForReleasedDisk(dataDir: string, id: string): Promise<void> {
  const { rootDisk } = machineFiles(dataDir, id);
  await pollUntil(`the release of ${rootDisk}`, RELEASE_TIMEOUT_MS, async () => (await loopsUnder(rootDisk)).length === 0);
}

export async function deleteMachineFiles(dataDir: string, id: string): Promise<void> {
  await rm(machineFiles(dataDir, id).dir, { recursive: true, force: true });
}

/** Loop devices whose backing file begins with `prefix`, also if the file is deleted. */
export async function loopsUnder(prefix: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of await readdir('/sys/block')) {
    if (!/^loop\d+$/.test(name)) continue;
    const backing = await readFile(`/sys/block/${name}/loop/backing_file`, 'utf8').catch(() => '');
    if (backing.startsWith(prefix)) found.push(`/dev/${name}`);
  }
  return found;
}
