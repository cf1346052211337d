import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { dayMs, isDailyDue, lastDueAt, offsetInWindow, type DailyBackups } from './backup-schedule.js';

const volumeId = '0d1c7f3e-6a4b-4f2e-9d58-1f0a3b2c4d5e';
const minuteMs = 60_000;
const volume: DailyBackups = {
  volumeId,
  windowHour: 2,
  createdAt: new Date('2026-11-01T00:00:00Z'),
  lastDailyAt: null,
  lastCompletedTakenAt: null,
  lastAttachedAt: new Date('2026-11-20T00:00:00Z'),
};
const due = lastDueAt(volumeId, 2, new Date('2026-11-27T12:00:00Z'));

describe('when a daily backup falls due', () => {
  it('is within four hours from the window’s begin, always at the same time', () => {
    const begin = Date.parse('2026-11-27T02:00:00Z');
    expect(due.getTime()).toBeGreaterThanOrEqual(begin);
    expect(due.getTime()).toBeLessThan(begin + 4 * 3_600_000);
    expect(lastDueAt(volumeId, 2, new Date(due.getTime() - 1)).getTime()).toBe(due.getTime() - dayMs);
    expect(lastDueAt(volumeId, 2, due)).toEqual(due);
  });

  it('goes over midnight where the window does', () => {
    const late = lastDueAt(volumeId, 23, new Date('2026-11-27T12:00:00Z'));
    expect(late.getTime()).toBe(Date.parse('2026-11-26T23:00:00Z') + offsetInWindow(volumeId));
  });

  it('is spread evenly over the volumes', () => {
    const hours = Array.from({ length: 4_000 }, () => Math.floor(offsetInWindow(randomUUID()) / 3_600_000));
    for (const hour of [0, 1, 2, 3]) expect(Math.abs(hours.filter((other) => other === hour).length - 1_000)).toBeLessThan(150);
  });
});

describe('whether a daily backup is to be asked for', () => {
  const at = (ms: number) => new Date(due.getTime() + ms);
  it.each<[string, Partial<DailyBackups>, number, boolean]>([
    ['yes when it fell due and was not asked for', {}, 0, true],
    ['yes hours later when nobody was there to ask', {}, 9 * 3_600_000, true],
    ['no when it was asked for since', { lastDailyAt: at(minuteMs) }, 2 * minuteMs, false],
    ['yes when that was for the day before', { lastDailyAt: at(minuteMs - dayMs) }, 0, true],
    ['no before the first due time of a new volume', { createdAt: at(minuteMs) }, 2 * minuteMs, false],
    ['no when no host ever had it', { lastAttachedAt: null }, 0, false],
    ['no when no host has had it since the last backup', { lastCompletedTakenAt: new Date('2026-11-25T00:00:00Z') }, 0, false],
    ['yes when a host has had it since', { lastCompletedTakenAt: new Date('2026-11-19T00:00:00Z') }, 0, true],
  ])('%s', (_, change, afterMs, expected) => {
    expect(isDailyDue({ ...volume, ...change }, at(afterMs))).toBe(expected);
  });

  it('is so once a day, whenever one looks', () => {
    let lastDailyAt: Date | null = null;
    let count = 0;
    for (let minute = 0; minute < 10 * 24 * 60; minute += 7) {
      const now = new Date(due.getTime() + minute * minuteMs);
      if (!isDailyDue({ ...volume, lastDailyAt, lastAttachedAt: now }, now)) continue;
      lastDailyAt = now;
      count += 1;
    }
    expect(count).toBe(10);
  });
});
