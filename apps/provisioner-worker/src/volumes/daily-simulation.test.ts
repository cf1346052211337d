import { createHash } from 'node:crypto';
import { dayMs, isDailyDue, lastDueAt } from '@dockhero/domain/volumes/backup-schedule';
import { CallBudget } from '@dockhero/domain/volumes/call-budget';
import { describe, expect, it } from 'vitest';
import { dailyBatchMax } from './daily-backups.js';

/** EC2's bucket for mutating calls, the smaller of those that are known (specs: throttling), and our share of it in two workers. */
const bucket = { burst: 50, perSecond: 5 };
const share = { burst: 10, perSecond: 1, workers: 2 };
const midnight = Date.parse('2026-11-27T00:00:00Z');
const volumeIds = Array.from({ length: 10_000 }, (_, index) => createHash('md5').update(String(index)).digest('hex'));

interface Run {
  /** Calls in each second. */
  readonly calls: number[];
  readonly takenAt: Map<string, number>;
  /** Times at which EC2 would have refused a call. */
  readonly refusals: number;
}

/** A day of 10,000 volumes in one window, second by second. Each backup makes an old one go: two calls. @param away while no worker runs. */
function simulate(windowHour: number, away: { from: number; until: number }): Run {
  let now = midnight;
  const budgets = Array.from({ length: share.workers }, () => new CallBudget(share.burst, share.perSecond, () => now));
  const ec2 = new CallBudget(bucket.burst, bucket.perSecond, () => now);
  const waiting = volumeIds
    .map((id) => ({ id, dueAt: lastDueAt(id, windowHour, new Date(midnight + dayMs - 1)) }))
    .toSorted((a, b) => a.dueAt.getTime() - b.dueAt.getTime());
  const work: { id: string; isExpiry: boolean }[] = [];
  const run = { calls: [] as number[], takenAt: new Map<string, number>(), refusals: 0 };
  for (let second = 0; second < 86_400; second += 1) {
    now = midnight + second * 1_000;
    let calls = 0;
    const isAway = second >= away.from && second < away.until;
    if (!isAway && second % 60 === 0) {
      for (let count = 0; count < dailyBatchMax && isDue(waiting[0]?.id, windowHour, new Date(now)); count += 1)
        work.push({ id: waiting.shift()?.id ?? '', isExpiry: false });
    }
    for (const budget of isAway ? [] : budgets) {
      while (work.length > 0 && budget.take() === 0) {
        const next = work.shift();
        calls += 1;
        if (ec2.take() > 0) run.refusals += 1;
        if (!next || next.isExpiry) continue;
        run.takenAt.set(next.id, now);
        work.push({ id: next.id, isExpiry: true });
      }
    }
    run.calls.push(calls);
  }
  return run;
}

const isDue = (volumeId: string | undefined, windowHour: number, now: Date) =>
  volumeId !== undefined &&
  isDailyDue(
    {
      volumeId,
      windowHour,
      createdAt: new Date(midnight - 30 * dayMs),
      lastAttachedAt: now,
      lastDailyAt: lastDueAt(volumeId, windowHour, new Date(midnight)),
      lastCompletedTakenAt: new Date(midnight - dayMs),
    },
    now,
  );

describe('10,000 daily backups', () => {
  it.each([
    ['on a quiet day', 2, { from: 0, until: 0 }],
    ['when all workers are away for six hours of the window', 2, { from: 2 * 3_600, until: 8 * 3_600 }],
  ])('never ask EC2 for more than it gives, and none is later than its day, %s', (_, windowHour, away) => {
    const { calls, takenAt, refusals } = simulate(windowHour, away);
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
