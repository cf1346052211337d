import { describe, expect, it } from 'vitest';
import { estimateReadyAt, initialStepMs } from './step-times.js';
import { provisionSteps } from './steps.js';

const now = new Date('2026-01-01T00:00:00Z');
const steps = ['a', 'b', 'c'];
const typical = { a: 1_000, b: 10_000, c: 100 };
const msUntil = (step: string, elapsedMs: number, times: Record<string, number> = typical) =>
  estimateReadyAt(now, steps, step, elapsedMs, times).getTime() - now.getTime();

describe('estimateReadyAt', () => {
  it('adds the rest of the current step and all later ones', () => {
    expect(msUntil('b', 4_000)).toBe(6_100);
  });

  it('never lies in the past: an overdue step is due now', () => {
    expect(msUntil('b', 60_000)).toBe(100);
    expect(msUntil('c', 60_000)).toBe(0);
  });

  it('counts from the first step when the current one is unknown', () => {
    expect(msUntil('nobody knows', 0)).toBe(11_100);
  });

  it('comes nearer from step to step', () => {
    const estimates = steps.map((step) => msUntil(step, 0));
    expect(estimates).toEqual(estimates.toSorted((a, b) => b - a));
  });

  it('has a first guess for every step that customers see', () => {
    expect(provisionSteps.filter((step) => !initialStepMs[step])).toEqual([]);
  });
});
