import { beforeEach, describe, expect, it } from 'vitest';
import type { ContainerEvent } from './container-event.js';
import { ContainerLedger } from './container-ledger.js';
import type { Container } from './list-containers.js';
import { WorkloadCounters } from './workload-counters.js';

let counters: WorkloadCounters;
let ledger: ContainerLedger;
beforeEach(() => {
  counters = new WorkloadCounters(null);
  ledger = new ContainerLedger(counters);
});

const container = (isRunning: boolean, exitCode: number | null = null): Container => ({
  id: 'a',
  process: 'web.1',
  workload: 'web',
  isRunning,
  exitCode,
  isHealthy: null,
});
const event = (action: string, exitCode: number | null = null): ContainerEvent => ({
  id: 'a',
  process: 'web.1',
  workload: 'web',
  action,
  exitCode,
  timeNano: '1',
});
const counts = () =>
  Object.fromEntries(counters.entries().map(([name, { starts, failures, oomKills }]) => [name, [starts, failures, oomKills]]));

describe('starts and failures', () => {
  it('what runs when the agent comes is known at zero, and not counted', () => {
    ledger.takeList([container(true)], 0);
    ledger.takeList([container(true)], 60_000);
    expect(counts()).toEqual({ web: [0, 0, 0] });
  });

  it('every start counts, and every end that is no success', () => {
    ledger.takeList([], 0);
    for (const [at, code] of [1, 0, 137].entries()) {
      ledger.takeEvent(event('start'), at);
      ledger.takeEvent(event('die', code), at);
    }
    expect(counts()).toEqual({ web: [3, 2, 0] });
  });

  it('a list that is ahead of the event, or behind it, counts nothing twice', () => {
    ledger.takeList([], 0);
    ledger.takeList([container(true)], 1_000);
    ledger.takeEvent(event('start'), 1_100);
    ledger.takeList([container(true)], 60_000);
    ledger.takeEvent(event('die', 1), 60_100);
    ledger.takeList([container(true)], 60_101);
    ledger.takeList([container(false, 1)], 120_000);
    ledger.takeList([container(false, 1)], 180_000);
    expect(counts()).toEqual({ web: [1, 1, 0] });
  });

  it('what no event told is found by the list, once it has said so for a while', () => {
    ledger.takeList([], 0);
    for (const at of [1_000, 60_000, 120_000]) ledger.takeList([container(true)], at);
    for (const at of [180_000, 240_000, 300_000]) ledger.takeList([container(false, 3)], at);
    expect(counts()).toEqual({ web: [1, 1, 0] });
  });
});

describe('OOM kills', () => {
  it('a child that the kernel kills while the container lives counts', () => {
    ledger.takeList([container(true)], 0);
    ledger.takeOomKills(container(true), 4, 1);
    ledger.takeOomKills(container(true), 4, 2);
    ledger.takeOomKills(container(true), 6, 3);
    expect(counts()).toEqual({ web: [0, 0, 2] });
  });

  it('kills in a container that was seen to start count from its first', () => {
    ledger.takeList([], 0);
    ledger.takeEvent(event('start'), 1);
    ledger.takeOomKills(container(true), 1, 2);
    expect(counts()).toEqual({ web: [1, 0, 1] });
  });

  it('an `oom` event alone proves nothing: with the host’s group full it reaches every container', () => {
    ledger.takeList([container(true)], 0);
    ledger.takeOomKills(container(true), 0, 0);
    ledger.takeEvent(event('oom'), 1);
    ledger.takeOomKills(container(true), 0, 2);
    expect(counts()).toEqual({ web: [0, 0, 0] });
  });

  it('a death by 137 within 5 s of it is suspect; later, by another code, or already counted, it is not', () => {
    const death = (oomAt: number, exitCode: number, diedAt: number, kills = 0): string | null => {
      ledger.takeEvent(event('start'), 0);
      ledger.takeOomKills(container(true), kills, oomAt);
      ledger.takeEvent(event('oom'), oomAt);
      return ledger.takeEvent(event('die', exitCode), diedAt);
    };
    expect(death(10_000, 137, 14_000)).toBe('suspect');
    expect(death(10_000, 137, 16_000)).toBeNull();
    expect(death(10_000, 1, 10_100)).toBeNull();
    expect(death(10_000, 137, 10_100, 1)).toBeNull();
  });

  it('a death that the kernel’s log names counts by whatever code it ended, once, and not when the counter told it before', () => {
    ledger.takeList([], 0);
    ledger.takeEvent(event('start'), 1);
    expect(ledger.takeEvent(event('die', 1), 10_000, 9_900)).toBeNull();
    expect(counts()).toEqual({ web: [1, 1, 1] });
    expect(ledger.takeEvent(event('oom'), 10_100)).toBeNull();
    ledger.takeEvent(event('start'), 20_000);
    ledger.takeOomKills(container(true), 1, 21_000);
    expect(ledger.takeEvent(event('die', 137), 21_100, 21_000)).toBeNull();
    expect(counts()).toEqual({ web: [2, 2, 2] });
    ledger.takeEvent(event('start'), 30_000);
    expect(ledger.takeEvent(event('die', 137), 40_000, 34_000)).toBeNull();
    expect(counts()).toEqual({ web: [3, 3, 2] });
  });

  it('an `oom` event that comes after the death makes it suspect, once', () => {
    ledger.takeEvent(event('start'), 0);
    expect(ledger.takeEvent(event('die', 137), 10_000)).toBeNull();
    expect(ledger.takeEvent(event('oom'), 12_000)).toBe('suspect');
    expect(ledger.takeEvent(event('oom'), 12_001)).toBeNull();
    ledger.takeEvent(event('start'), 20_000);
    ledger.takeEvent(event('die', 137), 30_000);
    expect(ledger.takeEvent(event('oom'), 36_000)).toBeNull();
    ledger.takeEvent(event('start'), 40_000);
    ledger.takeEvent(event('die', 1), 50_000);
    expect(ledger.takeEvent(event('oom'), 50_001)).toBeNull();
  });

  it('a container that is started again counts from zero again', () => {
    ledger.takeList([container(true)], 0);
    ledger.takeOomKills(container(true), 0, 0);
    ledger.takeOomKills(container(true), 1, 1);
    ledger.takeEvent(event('start'), 2);
    ledger.takeOomKills(container(true), 1, 3);
    expect(counts()).toEqual({ web: [1, 0, 2] });
  });
});
