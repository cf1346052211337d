import type { VolumeStepName } from '@dockhero/domain/volumes/volume-steps';
import type { StepResult } from '../reconcile/step.js';
import type { VolumePass } from './volume-pass.js';

/**
 * One idempotent piece of a pass over a volume. Unlike a resource's, a volume's steps do not wait for each other: a disk that cannot be attached
 * is no reason not to back it up. Each looks for itself whether what it needs is there.
 */
export abstract class VolumeStep {
  abstract readonly name: VolumeStepName;
  /** True when nobody who uses the volume waits for it. */
  readonly isBackground: boolean = false;
  /** Observes, then acts only if needed. Must be safe to run again after a crash on any line. Failing throws an AppError. */
  abstract ensure(pass: VolumePass): Promise<StepResult>;
}

/** The one to come back for first. */
export function sooner(one: StepResult, other: StepResult): StepResult {
  if (one.done) return other;
  if (other.done) return one;
  return other.retryAfterMs < one.retryAfterMs ? other : one;
}
