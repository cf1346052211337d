import { execFileSync } from 'node:child_process';
import { copyFileSync, constants, mkdirSync, truncateSync, writeFileSync } from 'node:fs';

/** A file system in a file, mounted. */
export class MountedImage {
  readonly place: string;

  constructor(readonly file: string) {
    this.place = `${file}.mnt`;
    mkdirSync(this.place, { recursive: true });
  }

  make(type: 'ext4' | 'xfs', sizeMiB: number, options: readonly string[] = []): this {
    writeFileSync(this.file, '');
    truncateSync(this.file, sizeMiB * 2 ** 20);
    execFileSync(`mkfs.${type}`, ['-q', ...options, this.file]);
    return this;
  }

  mount(options = 'loop'): this {
    execFileSync('mount', ['-o', options, this.file, this.place]);
    return this;
  }

  unmount(): void {
    execFileSync('umount', [this.place]);
  }

  /** As it is at this moment: nothing is written out before, as when the power goes. */
  copyTo(file: string): MountedImage {
    copyFileSync(this.file, file, constants.COPYFILE_FICLONE);
    return new MountedImage(file);
  }
}
