import { setTimeout as sleep } from 'node:timers/promises';
import { Ec2Error } from '../wire/ec2-error.js';
import type { FaultEffect, Faults } from './faults.js';
import type { Throttle } from './throttle.js';

/** Thrown to end a request without any answer. */
export class CutConnection extends Error {}

/**
 * Does what a request asks for, unless a throttle or a fault has it otherwise: so actions know nothing of them.
 * @param action the name that throttles and faults go by.
 * @throws Ec2Error of a throttle or a fault; CutConnection; whatever `run` throws.
 */
export async function runFaulted<T>(
  { faults, throttle }: { faults: Faults; throttle: Throttle },
  action: string,
  run: () => T | Promise<T>,
): Promise<T> {
  throttle.take(action);
  const effects = faults.strike(action);
  for (const effect of effects) if (effect.type === 'delay') await sleep(effect.ms);
  fail(effects, 'before');
  const output = await run();
  fail(effects, 'after');
  return output;
}

function fail(effects: FaultEffect[], when: 'before' | 'after'): void {
  for (const effect of effects) {
    if (effect.type === 'error' && effect.when === when) throw new Ec2Error(effect.code, effect.message, effect.status);
    if (effect.type === 'cut' && effect.when === when) throw new CutConnection();
  }
}
