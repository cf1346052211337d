import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';

const linkPrefix = 'nvme-Amazon_Elastic_Block_Store_';
const sectorBytes = 512;

export interface Device {
  readonly path: string;
  /** `major:minor`, as mountinfo has it. */
  readonly number: string;
  readonly bytes: number;
}

/**
 * Finds disks by the id of their EBS volume alone: numbers of NVMe disks change with each boot. Where the kernel tells serial numbers they
 * decide; the link of udev may still point to a disk that has left, so what it leads to is looked at twice.
 */
export class Devices {
  constructor(
    private readonly byIdDir: string,
    private readonly sysDir: string,
  ) {}

  /** Null while it is not there. */
  async find(ebsVolumeId: string): Promise<Device | null> {
    const serial = ebsVolumeId.replace('-', '');
    const controller = await this.#controllerOf(serial);
    if (controller) return await this.#read(path.join('/dev', `${controller}n1`), serial);
    const link = path.join(this.byIdDir, `${linkPrefix}${serial}`);
    const first = await this.#follow(link, serial);
    const second = await this.#follow(link, serial);
    return first && second && first.path === second.path && first.number === second.number ? second : null;
  }

  async #follow(link: string, serial: string): Promise<Device | null> {
    const target = await realpath(link).catch(() => null);
    return target === null ? null : await this.#read(target, serial);
  }

  async #controllerOf(serial: string): Promise<string | null> {
    const dir = path.join(this.sysDir, 'class/nvme');
    for (const name of await readdir(dir).catch(() => [])) {
      if ((await textIn(path.join(dir, name, 'serial'))) === serial) return name;
    }
    return null;
  }

  async #read(file: string, serial: string): Promise<Device | null> {
    const found = await stat(file).catch(() => null);
    if (!found?.isBlockDevice()) return null;
    const number = deviceNumber(found.rdev);
    const dir = path.join(this.sysDir, 'dev/block', number);
    const told = await textIn(path.join(dir, 'device/serial'));
    if (told !== null && told !== serial) return null;
    const sectors = Number(await textIn(path.join(dir, 'size')));
    return sectors > 0 ? { path: file, number, bytes: sectors * sectorBytes } : null;
  }
}

/** As glibc packs it. */
function deviceNumber(rdev: number): string {
  const [low, high] = [rdev % 2 ** 32, Math.floor(rdev / 2 ** 32)];
  const major = ((low >>> 8) & 0xfff) | (high & ~0xfff);
  const minor = (low & 0xff) | ((low >>> 12) & 0xfff00);
  return `${major}:${minor}`;
}

async function textIn(file: string): Promise<string | null> {
  return await readFile(file, 'utf8').then(
    (text) => text.trim(),
    () => null,
  );
}
