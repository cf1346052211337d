import type { BackupsKept } from '../plan.js';
import type { BackupKind, Verification } from './backup.js';
import { dayMs } from './backup-schedule.js';

export interface KeptBackup {
  readonly id: string;
  readonly kind: BackupKind;
  readonly takenAt: Date;
  readonly keepUntil: Date | null;
  /** Null: nobody has looked. */
  readonly verification: Verification | null;
}

/** Days that a backup from before a change is kept. */
export const changeKeepDays = 7;

/** 1970-01-01 was a Thursday. */
const mondayMs = 4 * dayMs;
const dayOf = (at: Date) => Math.floor(at.getTime() / dayMs);
const weekOf = (at: Date) => Math.floor((at.getTime() - mondayMs) / (7 * dayMs));
const monthOf = (at: Date) => at.getUTCFullYear() * 12 + at.getUTCMonth();

/**
 * Ids of the completed backups of one volume that may go, the oldest first. A daily one stays while it is the newest of one of the days, weeks or
 * months that are kept; the others until their time is over. The newest of all never goes, nor the newest that was not found damaged. A day without a
 * backup takes no place. One that was found damaged takes nobody's, and stays for some days: somebody may want to look at it.
 */
export function backupsToExpire(completed: readonly KeptBackup[], keep: BackupsKept, now: Date): string[] {
  const newestFirst = completed.toSorted((a, b) => b.takenAt.getTime() - a.takenAt.getTime());
  const daily = newestFirst.filter(({ keepUntil }) => keepUntil === null);
  const isGood = ({ verification }: KeptBackup) => verification !== 'failed';
  const good = daily.filter(isGood);
  const kept = new Set([
    ...newestFirst.slice(0, 1),
    ...newestFirst.filter(isGood).slice(0, 1),
    ...newestOfEach(daily, keep.daily, dayOf),
    ...newestOfEach(good, keep.daily, dayOf),
    ...newestOfEach(good, keep.weekly, weekOf),
    ...newestOfEach(good, keep.monthly, monthOf),
    ...newestFirst.filter(({ keepUntil }) => keepUntil !== null && keepUntil > now),
  ]);
  return newestFirst
    .filter((backup) => !kept.has(backup))
    .map(({ id }) => id)
    .toReversed();
}

/**
 * Ids of what may go of a volume that was removed: everything, once its final backup's time is over, but for what has a longer one of its own.
 * @param completed all that are left, the final one among them if there is any: of a disk that AWS had lost none could be made.
 * @param until that a final one made at the removal would be kept: whatever there is stays as long. Null: that is not known yet.
 */
export function removedBackupsToExpire(completed: readonly KeptBackup[], until: Date | null, now: Date): string[] {
  const isFinalKept = completed.some(({ kind, keepUntil }) => kind === 'final' && keepUntil !== null && keepUntil > now);
  if (isFinalKept || until === null || until > now) return [];
  return completed.filter(({ keepUntil }) => keepUntil === null || keepUntil <= now).map(({ id }) => id);
}

function newestOfEach(newestFirst: readonly KeptBackup[], count: number, periodOf: (at: Date) => number): KeptBackup[] {
  const found = new Map<number, KeptBackup>();
  for (const backup of newestFirst) {
    const period = periodOf(backup.takenAt);
    if (!found.has(period) && found.size < count) found.set(period, backup);
  }
  return [...found.values()];
}
