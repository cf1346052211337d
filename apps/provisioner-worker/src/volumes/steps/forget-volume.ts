import { Injectable } from '@nestjs/common';
import { done, type StepResult } from '../../reconcile/step.js';
import { VolumeStep } from '../volume-step.js';
import type { VolumePass } from '../volume-pass.js';

/** Once neither a disk nor a backup is left of a removed volume, it cannot be had back; unless somebody wants it back by now. */
@Injectable()
export class ForgetVolume extends VolumeStep {
  readonly name = 'forget volume';
  override readonly isBackground = true;

  async ensure(pass: VolumePass): Promise<StepResult> {
    const isLeft = pass.backups.some(({ state, snapshotId }) => state !== 'failed' && !(state === 'expired' && snapshotId === null));
    if (pass.facts.state === 'deleted' && !isLeft && pass.isGone && !pass.isVerifying) await pass.recordIntent({ forgottenAt: new Date() });
    return done;
  }
}
