import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describeTree } from './describe-tree.js';
import { FileDevice } from './file-device.js';
import { MountedImage } from './mounted-image.js';
import { writeTarOf } from './write-tar-of.js';

/** A folder for images of one test, and what of them is mounted. */
export class ImageBench {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'mounted-images-'));
  readonly #mounted: MountedImage[] = [];

  image(name: string): MountedImage {
    return new MountedImage(path.join(this.folder, name));
  }

  mount(image: MountedImage, options?: string): MountedImage {
    this.#mounted.push(image.mount(options));
    return image;
  }

  unmount(image: MountedImage): void {
    image.unmount();
    this.#mounted.splice(this.#mounted.indexOf(image), 1);
  }

  /** A copy of an image as it is while nothing may change it, as a backup has it. */
  frozen(image: MountedImage, name: string): MountedImage {
    execFileSync('fsfreeze', ['-f', image.place]);
    try {
      return image.copyTo(path.join(this.folder, name));
    } finally {
      execFileSync('fsfreeze', ['-u', image.place]);
    }
  }

  /** What our archive of an image unpacks to. */
  async unpacked({ file }: MountedImage): Promise<string[]> {
    const [archive, place] = [path.join(this.folder, 'ours.tar'), path.join(this.folder, 'ours')];
    const device = await FileDevice.open(file);
    try {
      await writeTarOf(device, archive);
    } finally {
      await device.close();
    }
    rmSync(place, { recursive: true, force: true });
    mkdirSync(place);
    execFileSync('tar', ['--numeric-owner', '--warning=no-timestamp', '-xpf', archive, '-C', place]);
    return describeTree(place);
  }

  remove(): void {
    for (const image of this.#mounted.splice(0)) image.unmount();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
