import { describe, expect, it } from 'vitest';
import { LineRate } from './line-rate.js';

/** Spends until nothing is left. */
function spendAll(rate: LineRate): number {
  let spent = 0;
  for (; !rate.isSpent; spent += 1) rate.spend();
  return spent;
}

describe('LineRate', () => {
  it('lets five seconds’ worth through at once, and then the rate', () => {
    const rate = new LineRate(100, 0);
    expect(spendAll(rate)).toBe(500);
    rate.refill(1_000);
    expect(spendAll(rate)).toBe(100);
    rate.refill(1_100);
    expect(spendAll(rate)).toBe(10);
  });

  it('saves up no more than five seconds’ worth', () => {
    const rate = new LineRate(100, 0);
    rate.refill(3_600_000);
    expect(spendAll(rate)).toBe(500);
  });

  it('earns the same however often it is looked at', () => {
    const rate = new LineRate(10, 0);
    spendAll(rate);
    for (let now = 1; now <= 2_000; now += 1) rate.refill(now);
    expect(spendAll(rate)).toBeGreaterThanOrEqual(19);
  });

  it('makes up for what was taken beyond it: a chunk is taken whole', () => {
    const rate = new LineRate(100, 0);
    for (let line = 0; line < 700; line += 1) rate.spend();
    rate.refill(1_000);
    expect(rate.isSpent).toBe(true);
    rate.refill(3_000);
    expect(spendAll(rate)).toBe(100);
  });

  it('a clock that is set back takes nothing away, and costs no more than the moment', () => {
    const rate = new LineRate(100, 3_600_000);
    rate.refill(0);
    expect(rate.isSpent).toBe(false);
    spendAll(rate);
    rate.refill(1_000);
    expect(spendAll(rate)).toBe(100);
  });

  it('speaks once a minute at most', () => {
    const rate = new LineRate(100, 0);
    expect([0, 1, 59_999, 60_000, 60_001, 200_000].map((now) => rate.mayNotice(now))).toEqual([true, false, false, true, false, true]);
  });
});
