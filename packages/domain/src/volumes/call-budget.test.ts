import { describe, expect, it } from 'vitest';
import { CallBudget } from './call-budget.js';

describe('CallBudget', () => {
  it('lets a burst through and then as many as come back', () => {
    let now = 0;
    const budget = new CallBudget(3, 2, () => now);
    expect([budget.take(), budget.take(), budget.take(), budget.take()]).toEqual([0, 0, 0, 500]);
    now = 498;
    expect(budget.take()).toBeLessThanOrEqual(3);
    now = 500;
    expect(budget.take()).toBe(0);
    expect(budget.take()).toBe(500);
  });

  it('keeps no more than a burst, however long nobody asked', () => {
    let now = 0;
    const budget = new CallBudget(2, 1, () => now);
    expect(budget.take()).toBe(0);
    now = 1_000_000;
    expect([budget.take(), budget.take()]).toEqual([0, 0]);
    expect(budget.take()).toBeGreaterThan(0);
  });

  it('is not confused by a clock that goes back', () => {
    let now = 1_000;
    const budget = new CallBudget(1, 1, () => now);
    expect(budget.take()).toBe(0);
    now = 0;
    expect(budget.take()).toBe(1_000);
    now = 1_000;
    expect(budget.take()).toBe(0);
  });
});
