import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const mebibyte = 2 ** 20;

/** EBS volumes as sparse files on loop devices, that appear under the names AWS gives them. */
export class LoopDisks {
  readonly #devices = new Map<string, string>();
  readonly byIdDir: string;

  constructor(private readonly dir: string) {
    this.byIdDir = path.join(dir, 'by-id');
    mkdirSync(this.byIdDir, { recursive: true });
  }

  make(ebsVolumeId: string, sizeMiB: number): string {
    const file = this.file(ebsVolumeId);
    writeFileSync(file, '');
    truncateSync(file, sizeMiB * mebibyte);
    const device = execFileSync('losetup', ['--find', '--show', file], { encoding: 'utf8' }).trim();
    this.#devices.set(ebsVolumeId, device);
    return device;
  }

  file(ebsVolumeId: string): string {
    return path.join(this.dir, `${ebsVolumeId}.img`);
  }

  device(ebsVolumeId: string): string {
    return this.#devices.get(ebsVolumeId) ?? '';
  }

  plug(ebsVolumeId: string, device = this.device(ebsVolumeId)): void {
    this.unplug(ebsVolumeId);
    symlinkSync(device, this.#link(ebsVolumeId));
  }

  unplug(ebsVolumeId: string): void {
    rmSync(this.#link(ebsVolumeId), { force: true });
  }

  grow(ebsVolumeId: string, sizeMiB: number): void {
    truncateSync(this.file(ebsVolumeId), sizeMiB * mebibyte);
    execFileSync('losetup', ['--set-capacity', this.device(ebsVolumeId)]);
  }

  /** Mounts must be gone. */
  removeAll(): void {
    for (const device of this.#devices.values()) execFileSync('losetup', ['--detach', device]);
    this.#devices.clear();
  }

  #link(ebsVolumeId: string): string {
    return path.join(this.byIdDir, `nvme-Amazon_Elastic_Block_Store_${ebsVolumeId.replace('-', '')}`);
  }
}
