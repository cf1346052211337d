import { createHash } from 'node:crypto';

export const dayMs = 86_400_000;
const hourMs = 3_600_000;
/** Over how long from the window's hour on daily backups are spread: 10,000 are one every one and a half seconds. */
const spreadMs = 4 * hourMs;

/** What the due time of a daily backup follows from. */
export interface DailyBackups {
  readonly volumeId: string;
  /** Of the resource, UTC. */
  readonly windowHour: number;
  readonly createdAt: Date;
  /** When the newest daily one was asked for, however it ended; null before the first. */
  readonly lastDailyAt: Date | null;
  readonly lastCompletedTakenAt: Date | null;
  /** When a host was last known to have it; null when none ever had. */
  readonly lastAttachedAt: Date | null;
}

/** Place of a volume in its resource's window, in milliseconds from the window's begin on: always the same one, spread evenly over all volumes. */
export function offsetInWindow(volumeId: string): number {
  const fraction = createHash('sha256').update(volumeId).digest().readUInt32BE(0) / 2 ** 32;
  return Math.floor(fraction * spreadMs);
}

/** The last moment at or before `now` at which the volume's daily backup fell due. One in each 24 hours. */
export function lastDueAt(volumeId: string, windowHour: number, now: Date): Date {
  const first = windowHour * hourMs + offsetInWindow(volumeId);
  return new Date(Math.floor((now.getTime() - first) / dayMs) * dayMs + first);
}

/**
 * Whether a daily backup is to be asked for: the volume was there at the last due time, has not been asked for since, and may have changed since
 * its last backup. One that was missed is made up for, once.
 */
export function isDailyDue(backups: DailyBackups, now: Date): boolean {
  const due = lastDueAt(backups.volumeId, backups.windowHour, now);
  if (backups.createdAt > due || backups.lastAttachedAt === null) return false;
  if (backups.lastDailyAt && backups.lastDailyAt >= due) return false;
  return backups.lastCompletedTakenAt === null || backups.lastAttachedAt > backups.lastCompletedTakenAt;
}
