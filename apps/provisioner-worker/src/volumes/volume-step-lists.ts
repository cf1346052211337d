import { presentVolumeSteps, removedVolumeSteps } from '@dockhero/domain/volumes/volume-steps';
import type { VolumePass } from './volume-pass.js';
import type { VolumeStep } from './volume-step.js';

/** The order of things. Building it checks that it is the order that customers are shown. */
export class VolumeStepLists {
  constructor(
    private readonly present: readonly VolumeStep[],
    private readonly removed: readonly VolumeStep[],
  ) {
    assertNames(present, presentVolumeSteps);
    assertNames(removed, removedVolumeSteps);
  }

  /** The steps towards what is wanted now. */
  towards({ isRemoved }: Pick<VolumePass, 'isRemoved'>): readonly VolumeStep[] {
    return isRemoved ? this.removed : this.present;
  }
}

function assertNames(steps: readonly VolumeStep[], names: readonly string[]): void {
  if (steps.map(({ name }) => name).join() !== names.join()) throw new Error('volume step lists differ from the names in the domain');
}
