import { expect, test } from 'vitest';
import { spreadOverColumns } from './spread-over-columns.js';

const span = { fromMs: 0, toMs: 100, stepMs: 10 };

test('a step fills the columns that it covers, and no more', () => {
  const spread = spreadOverColumns({ times: [0, 50], average: [1, 2], worst: [3, null] }, span, 20);
  expect(spread.map(({ average }) => average)).toEqual([1, 1, ...Array<null>(8).fill(null), 2, 2, ...Array<null>(8).fill(null)]);
  expect([spread[0]?.worst, spread[10]?.worst]).toEqual([3, 2]);
});

test('where several steps meet, the worst is not averaged away', () => {
  const times = Array.from({ length: 10 }, (_, at) => at * 10);
  const spread = spreadOverColumns({ times, average: times, worst: times.map((time) => (time === 10 ? 99 : time)) }, span, 2);
  expect(spread).toEqual([
    { average: 20, worst: 99 },
    { average: 70, worst: 90 },
  ]);
});

test('a first step that begins before the range is in the first column', () => {
  expect(spreadOverColumns({ times: [-5], average: [1], worst: [1] }, span, 10)[0]).toEqual({ average: 1, worst: 1 });
});
