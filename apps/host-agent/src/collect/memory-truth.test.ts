import { expect, it } from 'vitest';
import { memoryTruth } from './memory-truth.js';

const gibibyte = 2 ** 30;
const meminfo = (total: number, available: number): Map<string, number> =>
  new Map([
    ['MemTotal', total * gibibyte],
    ['MemAvailable', available * gibibyte],
  ]);
const group = (used: number, limit: number | null) => ({
  usedBytes: used * gibibyte,
  limitBytes: limit === null ? null : limit * gibibyte,
  oomKills: 0,
});

it.each([
  ['a machine of its own: the kernel’s estimate', meminfo(4, 3), null, 4, 3],
  ['a group without a limit says nothing', meminfo(4, 3), group(2, null), 4, 3],
  ['a limit below the machine’s memory, which meminfo does not know', meminfo(24, 20), group(1.5, 2), 2, 0.5],
  ['a machine that is tighter than the group’s limit', meminfo(24, 0.25), group(1, 2), 2, 0.25],
  ['lxcfs shows the group and counts slab as used: the group is asked', meminfo(2, 0.1), group(0.5, 2), 2, 1.5],
  ['a group above its limit has nothing left', meminfo(24, 20), group(3, 2), 2, 0],
])('%s', (_, info, limits, total, available) => {
  expect(memoryTruth(info, limits)).toEqual({ totalBytes: total * gibibyte, availableBytes: available * gibibyte });
});

it('without meminfo there is no truth', () => {
  expect(memoryTruth(new Map(), null)).toBeNull();
});
