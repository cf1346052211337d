import { Injectable } from '@nestjs/common';
import { done, waitFor, type StepResult } from '../../reconcile/step.js';
import { PlaceDisk } from '../place-disk.js';
import { sooner, VolumeStep } from '../volume-step.js';
import type { VolumePass } from '../volume-pass.js';

/** No host has any disk of a volume that is not wanted any more. Where its hosts end with it, that is waited for. */
@Injectable()
export class ReleaseDisks extends VolumeStep {
  readonly name = 'release disks';

  constructor(private readonly placer: PlaceDisk) {
    super();
  }

  async ensure(pass: VolumePass): Promise<StepResult> {
    let result = done;
    for (const disk of pass.disks) {
      if (!disk.attachment) continue;
      const placed = await this.placer.settle(pass, disk, null);
      result = sooner(result, 'moveTo' in placed ? waitFor('AWS', 1_000) : placed);
    }
    return result;
  }
}
