import type { StepName } from '@dockhero/domain/steps';
import type { Pass } from './pass.js';

export type StepResult = { readonly done: true } | { readonly done: false; readonly retryAfterMs: number; readonly waitingFor: string };

export const done: StepResult = { done: true };

/** Waiting is a return value, not an error: it spends no attempt. @param waitingFor shown to the customer. */
export function waitFor(waitingFor: string, retryAfterMs: number): StepResult {
  return { done: false, retryAfterMs, waitingFor };
}

/** One idempotent piece of a pass. */
export abstract class Step {
  abstract readonly name: StepName;
  /** Observes, then acts only if needed. Must be safe to run again after a crash on any line. Failing throws an AppError. */
  abstract ensure(pass: Pass): Promise<StepResult>;
}
