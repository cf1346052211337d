import { mkdir, open, rmdir } from 'node:fs/promises';
import { constants } from 'node:fs';
import path from 'node:path';
import { readMountTable, type MountLine } from '../collect/mounts.js';
import { readKernelFile } from '../collect/read-kernel-file.js';
import type { Device } from './device.js';
import { DriverError } from './driver-error.js';
import type { FileSystemType } from './file-system.js';
import { runProgram } from './run-program.js';

const mountTimeoutMs = 90_000;
const unmountTimeoutMs = 60_000;
const thawTimeoutMs = 5_000;

/** The volumes' mounts below one folder, as the kernel's table has them. */
export class Mounts {
  constructor(
    readonly root: string,
    private readonly procDir: string,
  ) {}

  placeOf(name: string): string {
    return path.join(this.root, name);
  }

  /** What Docker gets: below the root of the file system, where `lost+found` would be in the way. */
  dataOf(name: string): string {
    return path.join(this.placeOf(name), 'data');
  }

  /** By exact name. Of several on one place the last hides the others. */
  find(name: string): MountLine | null {
    return (
      this.#read()
        .filter(({ mountpoint }) => mountpoint === this.placeOf(name))
        .at(-1) ?? null
    );
  }

  names(): string[] {
    const below = this.#read().filter(({ mountpoint }) => path.dirname(mountpoint) === this.root);
    return [...new Set(below.map(({ mountpoint }) => path.basename(mountpoint)))];
  }

  /** @throws DriverError. */
  async mount(name: string, device: Device, type: FileSystemType): Promise<void> {
    const place = this.placeOf(name);
    await mkdir(place, { recursive: true });
    const options = type === 'ext4' ? 'noatime,errors=remount-ro' : 'noatime,nouuid';
    const { code, words } = await runProgram('mount', ['-t', type, '-o', options, device.path, place], mountTimeoutMs);
    if (code !== 0) throw new DriverError(`Volume ${name} could not be mounted: ${words}.`);
  }

  /** Made with the mode that Docker's own volumes have; an image's content sets owner and mode when it is copied in. */
  async makeData(name: string): Promise<void> {
    await mkdir(this.dataOf(name), { mode: 0o755 }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw new DriverError(`Volume ${name} cannot be written: ${error.message}.`);
    });
  }

  /** Success is: not mounted. A frozen file system is thawed before, it would stay busy. Never lazily. @throws DriverError when it is in use. */
  async unmount(name: string): Promise<void> {
    const place = this.placeOf(name);
    while (this.find(name)) {
      await this.thaw(name);
      const { code, words } = await runProgram('umount', [place], unmountTimeoutMs);
      if (code !== 0 && this.find(name)) throw new DriverError(`Volume ${name} could not be unmounted: ${words}.`);
    }
    // Gone, so that nobody writes to the root disk in its place.
    await rmdir(place).catch(() => undefined);
  }

  /** True when it was frozen. */
  async thaw(name: string): Promise<boolean> {
    return (await runProgram('fsfreeze', ['--unfreeze', this.placeOf(name)], thawTimeoutMs)).code === 0;
  }

  #read(): MountLine[] {
    return readMountTable(readKernelFile(path.join(this.procDir, 'self/mountinfo')) ?? '');
  }
}

/** Whether nothing holds the disk any more, in no namespace: containers that live on without their dockerd have mounts of their own. */
export async function isUnused(device: string): Promise<boolean> {
  try {
    await (await open(device, constants.O_RDONLY | constants.O_EXCL)).close();
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'EBUSY';
  }
}
