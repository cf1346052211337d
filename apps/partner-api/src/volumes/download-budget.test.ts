import { describe, expect, it } from 'vitest';
import { DownloadBudget } from './download-budget.js';

function budgetAt(blocksPerSecond: number): { budget: DownloadBudget; pass: (ms: number) => void } {
  let now = 50_000;
  return { budget: new DownloadBudget(blocksPerSecond, () => now), pass: (ms) => (now += ms) };
}

const takeMany = (budget: DownloadBudget, count: number) => Array.from({ length: count }, () => budget.take('r'));

describe('the budget of downloads', () => {
  it('gives a second’s worth at once, then as much as is due, and sends away who wants too much', () => {
    const { budget } = budgetAt(10);
    const waits = takeMany(budget, 32);
    expect(waits.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 0));
    expect(waits.slice(10, 30).map((wait) => Math.round(wait ?? -1))).toEqual(Array.from({ length: 20 }, (_, at) => (at + 1) * 100));
    expect(waits.slice(30)).toEqual([null, null]);
  });

  it('is full again after a while, and never fuller than a second’s worth', () => {
    const { budget, pass } = budgetAt(10);
    takeMany(budget, 32);
    pass(100);
    expect(Math.round(budget.take('r') ?? -1)).toBe(2_000);
    pass(3_600_000);
    expect(takeMany(budget, 11).filter((wait) => wait === 0)).toHaveLength(10);
  });

  it('is each resource’s own', () => {
    const { budget } = budgetAt(1);
    takeMany(budget, 5);
    expect([budget.take('r'), budget.take('other')]).toEqual([null, 0]);
  });

  it('over any time is no more than its rate', () => {
    const { budget, pass } = budgetAt(200);
    let taken = 0;
    for (let ms = 0; ms < 10_000; ms += 5) {
      for (let times = 0; times < 3; times += 1) if (budget.take('r') !== null) taken += 1;
      pass(5);
    }
    // Ten seconds, one of stock, two of those who wait.
    expect(taken).toBeLessThanOrEqual(200 * 13 + 1);
    expect(taken).toBeGreaterThanOrEqual(200 * 13 - 5);
  });
});
