import { describe, expect, it } from 'vitest';
import { defaultThresholds } from './alert-settings.js';
import type { HostSample } from './host-sample.js';
import type { Observation } from './observation.js';
import { observeHost } from './observe-host.js';
import { agentStartedAt, aSample, aWorkload, historyOf, verdict } from './testing/samples.js';

function observe(samples: readonly HostSample[]): Observation[] {
  const last = samples.at(-1);
  if (!last) throw new Error('no samples');
  return observeHost(last, historyOf(samples), defaultThresholds);
}

describe('oom-kill and restart-loop', () => {
  it('are seen also after our clock was set back by an hour', () => {
    const samples = [3_600, 3_615, 15, 30].map((seconds, look) =>
      aSample(seconds, { workloads: [aWorkload('web', look < 3 ? 1 : 2, look < 3 ? 0 : 1)] }),
    );
    expect(verdict(observe(samples), 'oom-kill')).toBe('bad');
  });

  /** A look every 15 seconds. */
  const series = (counters: readonly (readonly [starts: number, kills: number] | null)[], changes: Partial<HostSample> = {}) =>
    counters.map((counter, look) => aSample(look * 15, { ...changes, workloads: counter ? [aWorkload('web', ...counter)] : [] }));
  const calm = (looks: number, counter: readonly [number, number]) => Array.from({ length: looks }, () => counter);

  it.each([
    ['what was there before the first look', [[9, 9]], 'between', 'between'],
    [
      'a kill',
      [
        [1, 0],
        [2, 1],
      ],
      'bad',
      'between',
    ],
    ['a kill ten minutes ago', [[1, 0], [2, 1], ...calm(41, [2, 1])], 'clear', 'clear'],
    ['a kill nine minutes ago', [[1, 0], [2, 1], ...calm(36, [2, 1])], 'bad', 'between'],
    [
      'a counter that went back',
      [
        [90, 90],
        [1, 1],
        [1, 1],
      ],
      'between',
      'between',
    ],
    [
      'growth after it went back',
      [
        [90, 90],
        [1, 1],
        [2, 2],
      ],
      'bad',
      'between',
    ],
    [
      'five starts',
      [
        [1, 0],
        [3, 0],
        [6, 0],
      ],
      'between',
      'bad',
    ],
    [
      'four starts',
      [
        [1, 0],
        [3, 0],
        [5, 0],
      ],
      'between',
      'between',
    ],
    ['a new workload that is killed before anybody saw it', [null, [1, 1]], 'bad', 'between'],
    ['one that was killed and is gone', [[1, 0], [1, 1], null, null], 'bad', 'between'],
  ] as const)('after %s', (_, counters, oomKill, restartLoop) => {
    const observations = observe(series(counters));
    expect([verdict(observations, 'oom-kill'), verdict(observations, 'restart-loop')]).toEqual([oomKill, restartLoop]);
  });

  it('do not take the counters of a new agent for news', () => {
    const before = aSample(0);
    const agent = { ...before.agent, startedAt: new Date(agentStartedAt.getTime() + 1) };
    const after = aSample(15, { agent, workloads: [aWorkload('web', 50, 50)] });
    expect(observe([before, after]).filter(({ isBad }) => isBad)).toEqual([]);
  });

  it('do not call starts within an hour without data a loop', () => {
    const samples = [aSample(0, { workloads: [aWorkload('web', 1)] }), aSample(3_600, { workloads: [aWorkload('web', 9)] })];
    expect(verdict(observe(samples), 'restart-loop')).toBe('between');
  });
});
