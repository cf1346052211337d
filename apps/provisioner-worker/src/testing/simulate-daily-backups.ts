import { createHash } from 'node:crypto';
import { dayMs, isDailyDue, lastDueAt } from '@dockhero/domain/volumes/backup-schedule';
import { CallBudget } from '@dockhero/domain/volumes/call-budget';

/** EC2's bucket for mutating calls, the smaller of those that are known (specs: throttling), and our share of it in two workers. */
const bucket = { burst: 50, perSecond: 5 };
export const share = { burst: 10, perSecond: 1, workers: 2 };
export const midnight = Date.parse('2026-11-27T00:00:00Z');
const volumeIds = Array.from({ length: 10_000 }, (_, index) => createHash('md5').update(String(index)).digest('hex'));

export interface SimulatedDay {
  /** Calls in each second. */
  readonly calls: number[];
  readonly takenAt: Map<string, number>;
  /** Times at which EC2 would have refused a call. */
  readonly refusals: number;
}

/**
 * A day of 10,000 volumes in one window, second by second. Each backup makes an old one go: two calls. The benchmark runs this file as it is.
 * @param batchMax backups that are put down in a minute. @param away while no worker runs, in seconds of the day.
 */
export function simulateDailyBackups(batchMax: number, windowHour: number, away: { from: number; until: number }): SimulatedDay {
  let now = midnight;
  const budgets = Array.from({ length: share.workers }, () => new CallBudget(share.burst, share.perSecond, () => now));
  const ec2 = new CallBudget(bucket.burst, bucket.perSecond, () => now);
  const waiting = volumeIds
    .map((id) => ({ id, dueAt: lastDueAt(id, windowHour, new Date(midnight + dayMs - 1)) }))
    .toSorted((a, b) => a.dueAt.getTime() - b.dueAt.getTime());
  const work: { id: string; isExpiry: boolean }[] = [];
  const day = { calls: [] as number[], takenAt: new Map<string, number>(), refusals: 0 };
  for (let second = 0; second < 86_400; second += 1) {
    now = midnight + second * 1_000;
    let calls = 0;
    const isAway = second >= away.from && second < away.until;
    if (!isAway && second % 60 === 0) {
      for (let count = 0; count < batchMax && isDue(waiting[0]?.id, windowHour, new Date(now)); count += 1)
        work.push({ id: waiting.shift()?.id ?? '', isExpiry: false });
    }
    for (const budget of isAway ? [] : budgets) {
      while (work.length > 0 && budget.take() === 0) {
        const next = work.shift();
        calls += 1;
        if (ec2.take() > 0) day.refusals += 1;
        if (!next || next.isExpiry) continue;
        day.takenAt.set(next.id, now);
        work.push({ id: next.id, isExpiry: true });
      }
    }
    day.calls.push(calls);
  }
  return day;
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
