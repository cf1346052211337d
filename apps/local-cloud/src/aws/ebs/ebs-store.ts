import { constants, existsSync } from 'node:fs';
import { copyFile, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Logger } from 'pino';
import { runCommand } from '../../machine/run-command.js';

export const GIB = 2 ** 30;
/** Of the file system that holds all volumes and snapshots. Sparse: it takes from the disk what they take. */
const STORE_GIB = 1_024;
const MKFS_TIMEOUT_MS = 60_000;
const COPY_TIMEOUT_MS = 300_000;

export interface EbsStoreOptions {
  dataDir: string;
  log: Logger;
}

/**
 * The bytes of all volumes and snapshots: sparse files of the volume's size, and the only place that knows their names. They lie on an XFS
 * of their own, where a copy shares the blocks of its original: it takes milliseconds, and is of one moment also while the original is
 * being written. Where `mkfs.xfs` is missing they lie in a plain folder, and a copy takes as long as reading it.
 * A half-made file is never seen under its name. Removing what is missing succeeds.
 */
export class EbsStore {
  private constructor(
    private readonly dir: string,
    /** Whether copies are instant and of one moment. If not, whoever copies a volume in use must keep it from being written. */
    readonly copiesAtOnce: boolean,
  ) {}

  /** Mounts the store, makes it first if there is none, or finds it mounted by an earlier run. Needs root. A sweep takes it away. */
  static async open({ dataDir, log }: EbsStoreOptions): Promise<EbsStore> {
    const dir = path.join(path.resolve(dataDir), 'ebs');
    const copiesAtOnce = (await isMounted(dir)) || (await mountXfs(dir, `${dir}.img`, log));
    return EbsStore.inFolder(dir, copiesAtOnce);
  }

  /** A store in a folder that is there, mounted or not. */
  static async inFolder(dir: string, copiesAtOnce: boolean): Promise<EbsStore> {
    for (const kind of ['volumes', 'snapshots']) await mkdir(path.join(dir, kind), { recursive: true, mode: 0o700 });
    return new EbsStore(dir, copiesAtOnce);
  }

  volumeFile(volumeId: string): string {
    return path.join(this.dir, 'volumes', `${volumeId}.img`);
  }

  snapshotFile(snapshotId: string): string {
    return path.join(this.dir, 'snapshots', `${snapshotId}.img`);
  }

  /** `{ "<block index>": "<SHA-256 in base64>" }` of the blocks of 512 KiB that are not all zeros. */
  blockIndexFile(snapshotId: string): string {
    return path.join(this.dir, 'snapshots', `${snapshotId}.blocks.json`);
  }

  /** The blocks that were written to a snapshot through the EBS direct API, while more can be. */
  writtenBlocksFile(snapshotId: string): string {
    return path.join(this.dir, 'snapshots', `${snapshotId}.written`);
  }

  /** @param snapshotId what is on it; null makes a blank one. @param sizeGib at least the snapshot's. */
  async createVolume(volumeId: string, sizeGib: number, snapshotId: string | null): Promise<void> {
    await this.make(this.volumeFile(volumeId), snapshotId && this.snapshotFile(snapshotId), sizeGib);
  }

  /** A loop device on it must be told: `losetup -c`. */
  async growVolume(volumeId: string, sizeGib: number): Promise<void> {
    await setSize(this.volumeFile(volumeId), 'r+', sizeGib);
  }

  async removeVolume(volumeId: string): Promise<void> {
    await remove(this.volumeFile(volumeId));
  }

  /**
   * Puts a copy in the place of the volume's file. Whoever still has the old file open, such as a loop device that cannot be taken away,
   * works on something that no longer counts.
   */
  async replaceVolume(volumeId: string): Promise<void> {
    const file = this.volumeFile(volumeId);
    await this.make(file, file, null);
  }

  /** Copies a volume as it is now. What a kernel has not yet written to its device is not in it. */
  async snapshotVolume(volumeId: string, snapshotId: string): Promise<void> {
    await this.make(this.snapshotFile(snapshotId), this.volumeFile(volumeId), null);
  }

  /** @param parentId the snapshot it begins as; null makes a blank one. */
  async createSnapshot(snapshotId: string, sizeGib: number, parentId: string | null): Promise<void> {
    await this.make(this.snapshotFile(snapshotId), parentId && this.snapshotFile(parentId), sizeGib);
  }

  async copySnapshot(fromId: string, toId: string): Promise<void> {
    await this.make(this.snapshotFile(toId), this.snapshotFile(fromId), null);
  }

  async removeSnapshot(snapshotId: string): Promise<void> {
    for (const file of [this.snapshotFile(snapshotId), this.blockIndexFile(snapshotId), this.writtenBlocksFile(snapshotId)]) {
      await remove(file);
    }
  }

  /** @param sizeGib null keeps the original's. */
  private async make(file: string, original: string | null, sizeGib: number | null): Promise<void> {
    const part = `${file}.part`;
    await rm(part, { force: true }); // of an earlier run that was killed
    if (original !== null) await this.copy(original, part);
    if (sizeGib !== null) await setSize(part, original === null ? 'wx' : 'r+', sizeGib);
    await rename(part, file);
  }

  private async copy(from: string, to: string): Promise<void> {
    if (this.copiesAtOnce) return copyFile(from, to, constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL);
    await runCommand('cp', ['--sparse=always', from, to], { timeoutMs: COPY_TIMEOUT_MS });
  }
}

/** Whether something is mounted there: nothing but the store ever is. */
async function isMounted(dir: string): Promise<boolean> {
  const mountinfo = await readFile('/proc/self/mountinfo', 'utf8');
  return mountinfo.split('\n').some((line) => line.split(' ')[4] === dir);
}

/**
 * @returns false where there can be none: no `mkfs.xfs`, or a kernel without XFS. A folder that already holds volumes of such a start stays
 * as it is, since a mount would hide them.
 */
async function mountXfs(dir: string, image: string, log: Logger): Promise<boolean> {
  if (!existsSync(image) && existsSync(path.join(dir, 'volumes'))) return false;
  const isNew = !existsSync(image);
  try {
    if (isNew) await makeXfs(image);
    await mkdir(dir, { recursive: true });
    await runCommand('mount', ['-t', 'xfs', '-o', 'loop,noatime,discard', image, dir]);
    return true;
  } catch (error) {
    if (!isNew) throw error; // volumes are in there
    await rm(image, { force: true });
    log.warn({ err: error }, 'no XFS for volumes (is xfsprogs installed?): snapshots are plain copies, and slow');
    return false;
  }
}

async function makeXfs(image: string): Promise<void> {
  const part = `${image}.part`;
  await rm(part, { force: true });
  await setSize(part, 'wx', STORE_GIB);
  try {
    await runCommand('mkfs.xfs', ['-q', '-K', '-m', 'reflink=1', '-l', 'size=64m', part], { timeoutMs: MKFS_TIMEOUT_MS });
    await rename(part, image);
  } finally {
    await rm(part, { force: true });
  }
}

async function setSize(file: string, flags: 'wx' | 'r+', sizeGib: number): Promise<void> {
  const handle = await open(file, flags, 0o600);
  try {
    await handle.truncate(sizeGib * GIB);
  } finally {
    await handle.close();
  }
}

async function remove(file: string): Promise<void> {
  for (const name of [file, `${file}.part`]) await rm(name, { force: true });
}
