import { expect, it } from 'vitest';
import { WorkloadCounters } from './workload-counters.js';

it('counters go on where an earlier agent stopped', () => {
  const earlier = new WorkloadCounters(null);
  earlier.count('web', 'starts', 1, 3);
  earlier.count('web', 'oomKills', 1);
  const later = new WorkloadCounters(JSON.parse(JSON.stringify(earlier.toState())));
  later.count('web', 'starts', 2);
  expect(later.entries()).toEqual([['web', { starts: 4, failures: 0, oomKills: 1, seenAt: 2 }]]);
});

it.each([null, 'text', [], { workloads: 5 }, { workloads: [] }])('a damaged file is an empty one: %j', (saved) => {
  expect(new WorkloadCounters(saved).entries()).toEqual([]);
});

it('a workload that has been gone for a week is forgotten, and no more than a thousand are kept', () => {
  const counters = new WorkloadCounters(null);
  const day = 86_400_000;
  counters.see('gone', 0);
  for (let at = 0; at < 1_100; at++) counters.see(`w${at}`, 6 * day + at);
  counters.forget(8 * day);
  const names = counters.entries().map(([name]) => name);
  expect([names.length, names.includes('gone'), names.includes('w99'), names.includes('w100')]).toEqual([1_000, false, false, true]);
});
