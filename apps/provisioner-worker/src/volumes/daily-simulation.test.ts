import { dayMs } from '@dockhero/domain/volumes/backup-schedule';
import { describe, expect, it } from 'vitest';
import { midnight, share, simulateDailyBackups } from '../testing/simulate-daily-backups.js';
import { dailyBatchMax } from './daily-backups.js';

describe('10,000 daily backups', () => {
  it.each([
    ['on a quiet day', 2, { from: 0, until: 0 }],
    ['when all workers are away for six hours of the window', 2, { from: 2 * 3_600, until: 8 * 3_600 }],
  ])('never ask EC2 for more than it gives, and none is later than its day, %s', (_, windowHour, away) => {
    const { calls, takenAt, refusals } = simulateDailyBackups(dailyBatchMax, windowHour, away);
    expect(refusals).toBe(0);
    expect(takenAt.size).toBe(10_000);
    expect(Math.max(...takenAt.values())).toBeLessThan(midnight + dayMs);
    expect(calls.reduce((sum, count) => sum + count, 0)).toBe(20_000);
    // No second sees more than the bursts of all workers, and no minute more than their share.
    expect(Math.max(...calls)).toBeLessThanOrEqual(share.burst * share.workers);
    for (let minute = 0; minute < 1_440; minute += 1) {
      const inMinute = calls.slice(minute * 60, minute * 60 + 60).reduce((sum, count) => sum + count, 0);
      expect(inMinute).toBeLessThanOrEqual(share.workers * (share.burst + 60 * share.perSecond));
    }
  });
});
