import { describe, expect, it } from 'vitest';
import { backupTriesMax, nextTryAt } from './backup-retries.js';

const requestedAt = new Date('2026-11-27T02:00:00Z');
const afterMs = (failures: number) => nextTryAt(requestedAt, failures, null).getTime() - requestedAt.getTime();

describe('retries of a backup', () => {
  it('come at once first, then after longer and longer pauses', () => {
    expect([0, 1, 2, 3].map(afterMs)).toEqual([0, 5_000, 20_000, 65_000]);
  });

  it('keep their pauses when the first try came late', () => {
    const triedAt = new Date('2026-11-27T09:00:00Z');
    expect(nextTryAt(requestedAt, 2, triedAt).getTime() - triedAt.getTime()).toBe(15_000);
  });

  it('outlast an outage of an hour', () => {
    expect(afterMs(backupTriesMax - 1)).toBeGreaterThan(3_600_000);
  });
});
