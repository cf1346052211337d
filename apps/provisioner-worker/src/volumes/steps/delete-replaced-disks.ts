import { Disks, type Disk } from '@dockhero/domain/ports/disks';
import { Injectable } from '@nestjs/common';
import { done, waitFor, type StepResult } from '../../reconcile/step.js';
import { isSaved, requestReplacementBackup, savedContent } from '../replacement-backup.js';
import { sooner, VolumeStep } from '../volume-step.js';
import type { VolumePass } from '../volume-pass.js';

/** Of a volume there is one disk: those before it go once a backup holds what they held, unless no host has had any of them. */
@Injectable()
export class DeleteReplacedDisks extends VolumeStep {
  readonly name = 'delete replaced disks';
  override readonly isBackground = true;

  constructor(private readonly disks: Disks) {
    super();
  }

  async ensure(pass: VolumePass): Promise<StepResult> {
    let result = done;
    for (const disk of pass.replaced) result = sooner(result, await this.#remove(pass, disk));
    return result;
  }

  async #remove(pass: VolumePass, disk: Disk): Promise<StepResult> {
    if (disk.attachment || disk.state === 'creating') return waitFor('a replaced disk to be let go', 5_000);
    if (pass.isUntouched && disk.generation === pass.volume.generation) return await this.#delete(pass, disk);
    const final = pass.completedBackups.some(({ kind, generation }) => kind === 'final' && generation === disk.generation);
    const backup = final ? null : savedContent(pass, disk, null);
    if (!final && !backup) await requestReplacementBackup(pass, disk);
    if (!final && !(backup && isSaved(backup))) return waitFor('a backup of what was replaced', 5_000);
    return await this.#delete(pass, disk);
  }

  async #delete(pass: VolumePass, { id }: Disk): Promise<StepResult> {
    await this.disks.delete(id);
    pass.disks = pass.disks.filter((other) => other.id !== id);
    return done;
  }
}
