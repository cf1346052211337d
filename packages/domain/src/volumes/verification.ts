import { createHash } from 'node:crypto';
import { dayMs } from './backup-schedule.js';

const weekMs = 7 * dayMs;

/** How many backups are verified at once, over all add-ons: each takes a disk, an attachment and minutes. */
export const verificationsMax = 10;

/** A block of the backup's snapshot that is compared with the disk which was made of it. */
export interface SampledBlock {
  readonly index: number;
  readonly token: string;
  /** What AWS's snapshot has, hex; null until it was read. */
  readonly sha256: string | null;
}

/** A backup that is being verified. Begun by the schedule; from then on written by whoever holds its volume's lease. */
export interface VerificationRun {
  /** The scratch disk's token follows from it. */
  readonly id: string;
  readonly volumeId: string;
  readonly backupId: string;
  /** `ending`: what it has made is being taken away. `resting`: it came to nothing, and is tried again later. */
  readonly phase: 'open' | 'ending' | 'resting';
  readonly startedAt: Date;
  /** Set when it came to nothing. */
  readonly restUntil: Date | null;
  readonly failures: number;
  readonly blocks: readonly SampledBlock[] | null;
  /** Of the snapshot; null where there are more than were counted. */
  readonly blockCount: number | null;
  readonly hostId: string | null;
  readonly zone: string | null;
  readonly diskId: string | null;
  readonly instanceId: string | null;
}

/** EC2's token for the scratch disk: another verification takes another disk. */
export const scratchToken = ({ id }: Pick<VerificationRun, 'id'>): string => `dvs-${id}`;

/** The last moment at or before `now` at which the volume's weekly verification fell due: a time of the week that its id decides, spread evenly over all volumes. */
export function lastVerificationDueAt(volumeId: string, now: Date): Date {
  const fraction = createHash('sha256').update(`verify ${volumeId}`).digest().readUInt32BE(0) / 2 ** 32;
  const offset = Math.floor(fraction * weekMs);
  return new Date(Math.floor((now.getTime() - offset) / weekMs) * weekMs + offset);
}

/** What the due time of a weekly verification follows from. */
export interface WeeklyVerification {
  readonly volumeId: string;
  readonly isNewestVerified: boolean;
  /** Of whatever backup; null when none ever was. */
  readonly lastVerifiedAt: Date | null;
  readonly firstCompletedAt: Date;
}

/** Whether the newest backup is to be verified: it was not yet, and none was since the last due time. */
export function isVerificationDue(
  { volumeId, isNewestVerified, lastVerifiedAt, firstCompletedAt }: WeeklyVerification,
  now: Date,
): boolean {
  return !isNewestVerified && (lastVerifiedAt ?? firstCompletedAt) < lastVerificationDueAt(volumeId, now);
}
