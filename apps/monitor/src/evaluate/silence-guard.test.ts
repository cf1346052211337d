import type { Sight } from '@dockhero/domain/monitoring/mass-silence';
import { beforeEach, describe, expect, it } from 'vitest';
import { Outside } from '../testing/hosts.js';
import { SilenceGuard } from './silence-guard.js';

const calm: Sight = { hosts: 100, silent: 1 };
const mass: Sight = { hosts: 100, silent: 99 };

let outside: Outside;
let others: readonly Sight[];
let reaches: boolean | null;
let failure: Error | null;
let told: Sight[];
let logged: string[];
let guard: SilenceGuard;

beforeEach(() => {
  outside = new Outside();
  [others, reaches, failure, told, logged] = [[], null, null, [], []];
  outside.logger.level = 'error';
  outside.logger.error = (_: unknown, message?: string) => void logged.push(message ?? '');
  const orFail = async <Value>(value: () => Value): Promise<Value> => {
    if (failure) throw failure;
    return value();
  };
  const evidence = {
    tell: (sight: Sight) => orFail(() => void told.push(sight)),
    others: () => orFail(() => others),
    outside: async () => reaches,
  };
  guard = new SilenceGuard(evidence, outside);
});
/** It has lasted, and evidence was looked for. */
const blind = async () => {
  guard.note(mass);
  outside.nowMs += 20_000;
  await guard.look();
};
const metric = async () => (await outside.metrics.massSilence.get()).values[0]?.value;

describe('when most hosts fall silent together', () => {
  it('nobody is told while nothing is known, and operators are at once', async () => {
    guard.note(calm);
    expect([guard.isHolding, await metric(), logged]).toEqual([false, 0, []]);
    guard.note(mass);
    expect([guard.isHolding, await metric(), logged]).toEqual([true, 1, [expect.stringContaining('fell silent together')]]);
    await guard.look();
    expect([guard.isHolding, guard.isBlind]).toEqual([true, false]);
  });

  it('people are told once it is clear that it is the hosts', async () => {
    reaches = true;
    others = [mass];
    guard.note(mass);
    await guard.look();
    expect([guard.isHolding, guard.isBlind]).toEqual([false, false]);
    expect(logged.at(-1)).toContain('people are told');
  });

  it('nobody is told while nobody sees any and nothing else can be reached either, however long', async () => {
    reaches = false;
    others = [mass];
    guard.note(mass);
    await guard.look();
    outside.nowMs += 3_600_000;
    await guard.look();
    expect([guard.isHolding, guard.isBlind, guard.mayHold, logged.length]).toEqual([true, true, true, 2]);
    guard.note(calm);
    expect([guard.isHolding, guard.isBlind, await metric()]).toEqual([false, false, 0]);
  });

  it('a process that others see better than leaves its hosts to them, longer each time, and is not ready meanwhile', async () => {
    others = [calm];
    const away: number[] = [];
    for (let time = 0; time < 6; time += 1) {
      await blind();
      expect([guard.isHolding, guard.isBlind, guard.mayHold]).toEqual([true, true, false]);
      const leftMs = outside.nowMs;
      // Its hosts are others' now.
      guard.note({ hosts: 0, silent: 0 });
      for (; !guard.mayHold; outside.nowMs += 1_000) expect([guard.isBlind, await metric()]).toEqual([true, 1]);
      away.push((outside.nowMs - leftMs) / 1_000);
    }
    expect(away).toEqual([60, 120, 240, 480, 600, 600]);
    guard.note(calm);
    expect([guard.isBlind, await metric()]).toEqual([false, 0]);
    await blind();
    outside.nowMs += 60_000;
    expect(guard.mayHold).toBe(true);
  });

  it('a process that was busy for a moment leaves nothing to others', async () => {
    others = [calm];
    guard.note(mass);
    await guard.look();
    outside.nowMs += 19_000;
    await guard.look();
    guard.note(calm);
    expect([guard.isHolding, guard.mayHold, logged.length]).toEqual([false, true, 1]);
  });

  it('without evidence, also when our own database is away, people are told after ten minutes at the first look', async () => {
    failure = new Error('away');
    guard.note(mass);
    await guard.look();
    outside.nowMs += 600_000;
    expect(guard.isHolding).toBe(true);
    failure = null;
    await guard.look();
    expect(guard.isHolding).toBe(false);
  });

  it('what was our own network is nobody’s silence, whichever is seen first afterwards: something outside or most of the hosts', async () => {
    reaches = false;
    guard.note(mass);
    await guard.look();
    outside.nowMs += 300_000;
    reaches = true;
    await guard.look();
    expect([guard.isHolding, guard.blindUntilMs]).toEqual([false, outside.nowMs]);
    guard.note(calm);
    reaches = false;
    guard.note(mass);
    await guard.look();
    outside.nowMs += 300_000;
    guard.note(calm);
    expect([guard.isHolding, guard.blindUntilMs]).toEqual([false, outside.nowMs]);
  });

  it('what turns out to be the hosts was their silence from its beginning', async () => {
    guard.note(mass);
    await guard.look();
    reaches = true;
    outside.nowMs += 10_000;
    await guard.look();
    guard.note(calm);
    expect([guard.isHolding, guard.blindUntilMs]).toEqual([false, 0]);
  });

  it('another time is judged anew', async () => {
    reaches = true;
    guard.note(mass);
    await guard.look();
    guard.note(calm);
    reaches = false;
    guard.note(mass);
    await guard.look();
    expect([guard.isHolding, guard.isBlind]).toEqual([true, true]);
  });

  it('others are told what this process sees', async () => {
    await guard.look();
    guard.note(calm);
    await guard.look();
    expect(told).toEqual([calm]);
  });
});
