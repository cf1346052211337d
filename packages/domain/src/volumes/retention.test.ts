import { describe, expect, it } from 'vitest';
import { dayMs } from './backup-schedule.js';
import { backupsToExpire, removedBackupsToExpire, type KeptBackup } from './retention.js';

const keep = { daily: 7, weekly: 4, monthly: 6 };
const noon = (date: string) => new Date(`${date}T12:00:00Z`);
const now = noon('2026-11-27');
const daily = (takenAt: Date): KeptBackup => ({
  id: takenAt.toISOString().slice(0, 16),
  kind: 'daily',
  takenAt,
  keepUntil: null,
  verification: null,
});
const year = Array.from({ length: 365 }, (_, ago) => daily(new Date(now.getTime() - ago * dayMs)));

function kept(backups: readonly KeptBackup[], by = keep, at = now): KeptBackup[] {
  const gone = new Set(backupsToExpire(backups, by, at));
  return backups.filter(({ id }) => !gone.has(id));
}

describe('which daily backups may go', () => {
  it('leaves seven days, four weeks and six months of a year', () => {
    const left = kept(year).map(({ id }) => id.slice(0, 10));
    const days = ['2026-11-27', '2026-11-26', '2026-11-25', '2026-11-24', '2026-11-23', '2026-11-22', '2026-11-21'];
    const weeks = ['2026-11-15', '2026-11-08'];
    const months = ['2026-10-31', '2026-09-30', '2026-08-31', '2026-07-31', '2026-06-30'];
    expect(left).toEqual([...days, ...weeks, ...months]);
  });

  it('comes to the same when it is asked each day as when it is asked once', () => {
    let left: KeptBackup[] = [];
    for (const backup of year.toReversed()) left = kept([...left, backup], keep, backup.takenAt);
    expect(new Set(left)).toEqual(new Set(kept(year)));
  });

  it('never takes the newest one, whatever is kept and however old it is', () => {
    expect(kept(year.slice(300), { daily: 0, weekly: 0, monthly: 0 })).toEqual([year[300]]);
    expect(kept([{ ...daily(noon('2020-01-01')), kind: 'manual', keepUntil: noon('2020-02-01') }])).toHaveLength(1);
  });

  it('never takes the newest one that was not found damaged, beside those that were', () => {
    const damaged = year.slice(0, 3).map((backup): KeptBackup => ({ ...backup, verification: 'failed' }));
    expect(kept([...damaged, ...year.slice(3, 9)], { daily: 1, weekly: 0, monthly: 0 })).toEqual([damaged[0], year[3]]);
  });

  it('gives no place to one that was found damaged, which stays as long as a daily one does', () => {
    const damaged = (backup: KeptBackup): KeptBackup => ({ ...backup, verification: 'failed' });
    const lastOfOctober = year.find(({ id }) => id.startsWith('2026-10-31'))!;
    const withDamaged = year.map((backup) => (backup === lastOfOctober || backup === year[2] ? damaged(backup) : backup));
    const left = kept(withDamaged).map(({ id }) => id.slice(0, 10));
    expect(left).toContain('2026-10-30');
    expect(left).not.toContain('2026-10-31');
    expect(left.filter((day) => day >= '2026-11-20')).toHaveLength(8);
    expect(left).toContain(year[2]?.id.slice(0, 10));
  });

  it('counts days that have one: a week without backups costs none', () => {
    const gappy = [...year.slice(0, 3), ...year.slice(100, 104)];
    expect(kept(gappy)).toEqual(gappy);
  });

  it('keeps the newest of a day', () => {
    const twice = [daily(new Date('2026-11-26T03:00:00Z')), daily(new Date('2026-11-26T15:00:00Z')), daily(now)];
    expect(kept(twice).map(({ id }) => id)).toEqual(['2026-11-26T15:00', '2026-11-27T12:00']);
  });

  it('keeps those made by hand and before a change until their time is over, and counts them for no day', () => {
    const manual: KeptBackup = { id: 'm', kind: 'manual', takenAt: noon('2026-11-26'), keepUntil: noon('2026-12-26'), verification: null };
    const over: KeptBackup = { id: 'c', kind: 'change', takenAt: noon('2026-11-18'), keepUntil: noon('2026-11-25'), verification: null };
    const left = kept([...year, manual, over]);
    expect(left).toContain(manual);
    expect(left).not.toContain(over);
    expect(left).toHaveLength(kept(year).length + 1);
  });

  it('names the oldest first', () => {
    const gone = backupsToExpire(year, keep, now);
    expect(gone).toEqual(gone.toSorted());
  });
});

describe('which backups of a removed volume may go', () => {
  const final: KeptBackup = { id: 'f', kind: 'final', takenAt: now, keepUntil: new Date(now.getTime() + 7 * dayMs), verification: null };
  const manual: KeptBackup = { id: 'm', kind: 'manual', takenAt: now, keepUntil: new Date(now.getTime() + 30 * dayMs), verification: null };
  const later = (days: number) => new Date(now.getTime() + days * dayMs);

  it('are none as long as its final one is kept', () => {
    expect(removedBackupsToExpire([...year, final, manual], later(5), later(6))).toEqual([]);
  });

  it('are all after that, but for those that are kept longer by themselves', () => {
    const gone = removedBackupsToExpire([...year, final, manual], later(7), later(8));
    expect(gone).toHaveLength(366);
    expect(gone).not.toContain('m');
    expect(removedBackupsToExpire([manual], later(7), later(31))).toEqual(['m']);
  });

  it('are none as long as a final one would be kept, when there is none', () => {
    expect(removedBackupsToExpire(year, later(7), later(6))).toEqual([]);
    expect(removedBackupsToExpire(year, null, later(6))).toEqual([]);
    expect(removedBackupsToExpire(year, later(7), later(7))).toHaveLength(365);
  });
});
