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

  it('nobody is told while others see their hosts, and this process says that it is blind', async () => {
    reaches = true;
    others = [calm];
    guard.note(mass);
    await guard.look();
    outside.nowMs += 3_600_000;
    await guard.look();
    expect([guard.isHolding, guard.isBlind, logged.length]).toEqual([true, true, 2]);
    guard.note(calm);
    expect([guard.isHolding, guard.isBlind, await metric()]).toEqual([false, false, 0]);
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

  it('another time is judged anew', async () => {
    reaches = true;
    guard.note(mass);
    await guard.look();
    guard.note(calm);
    reaches = false;
    guard.note(mass);
    await guard.look();
    expect(guard.isBlind).toBe(true);
  });

  it('others are told what this process sees', async () => {
    await guard.look();
    guard.note(calm);
    await guard.look();
    expect(told).toEqual([calm]);
  });
});
