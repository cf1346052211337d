import { randomInt } from 'node:crypto';
import { Random } from './random.js';
import { Schedule } from './schedule.js';
import { VolumeSchedule } from './volume-schedule.js';
import type { TestStorage } from './world.js';

/** Set SCHEDULE_SEED to the seed that a failure printed, to have that one schedule again. */
const fixedSeed = process.env['SCHEDULE_SEED'];

/** Runs random schedules. @returns seeds, events and reasons of the first that went wrong; empty when all went well. */
export async function runSchedules(storage: TestStorage, plans: readonly string[], count: number): Promise<string> {
  return await runEach(count, (random) => new Schedule(storage, random, plans));
}

/** The same of volumes. */
export async function runVolumeSchedules(storage: TestStorage, count: number): Promise<string> {
  return await runEach(count, (random) => new VolumeSchedule(storage, random));
}

async function runEach(
  count: number,
  make: (random: Random) => { readonly run: () => Promise<void>; readonly log: string[] },
): Promise<string> {
  const first = randomInt(1_000_000_000);
  const seeds = fixedSeed ? [Number(fixedSeed)] : Array.from({ length: count }, (_, index) => first + index);
  const failures: string[] = [];
  for (const seed of seeds) {
    const schedule = make(new Random(seed));
    await schedule
      .run()
      .catch((error: unknown) => failures.push(`SCHEDULE_SEED=${seed}\n${schedule.log.slice(-60).join('\n')}\n${String(error)}`));
    if (failures.length >= 3) break;
  }
  return failures.join('\n\n');
}
