import { AppError } from '@dockhero/domain/errors';
import type { StepResult } from '../reconcile/step.js';
import { ProcessEnded } from './mortal-database.js';
import type { World } from './world.js';

/** Of resources, or of volumes. */
export interface Reconciler {
  readonly pass: (id: string) => Promise<StepResult>;
}

/** What came of one pass. */
export type Outcome = 'done' | `waiting: ${string}` | `failed: ${string}` | 'process ended';

/** One pass, and then the time that the queue would let pass. */
export async function passOnce(world: World, reconciler: Reconciler, id: string): Promise<Outcome> {
  try {
    const result = await reconciler.pass(id);
    world.advance(result.done ? 0 : result.retryAfterMs);
    return result.done ? 'done' : `waiting: ${result.waitingFor}`;
  } catch (error) {
    if (error instanceof ProcessEnded) return 'process ended';
    if (!(error instanceof AppError)) throw error;
    world.advance(2_000);
    return `failed: ${error.code}`;
  }
}

/** Passes until one is done, as the queue would make them. @returns what came of each. Bounded. */
export async function settle(world: World, reconciler: Reconciler, id: string, limit = 200): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  while (outcomes.length < limit) {
    const outcome = await passOnce(world, reconciler, id);
    outcomes.push(outcome);
    if (outcome === 'done') return outcomes;
  }
  throw new Error(`not settled after ${limit} passes; the last ones: ${outcomes.slice(-5).join(' | ')}`);
}

/** Passes whatever comes of them, and the time that the queue would let pass. */
export async function passTimes(world: World, reconciler: Reconciler, id: string, count: number): Promise<void> {
  for (let made = 0; made < count; made += 1) await passOnce(world, reconciler, id);
}
