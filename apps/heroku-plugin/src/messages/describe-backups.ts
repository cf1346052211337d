import type { BackupAnswer, BackupList, BackupSchedule, DestroyedBackupList } from '@dockhero/contracts/volumes-api';
import { formatSize } from '../volumes/format-size.js';
import { describeTime } from './describe-time.js';
import { formatTable } from './format-table.js';

const shortest = 8;

/** An add-on's backups for people, newest first. */
export function describeBackups(backups: BackupList['backups'], now: number): readonly string[] {
  if (backups.length === 0) return ['There is no backup yet. Volumes of driver dockhero get one each day.'];
  const length = shortLength(backups.map(({ id }) => id));
  return formatTable([
    ['ID', 'VOLUME', 'KIND', 'TAKEN (UTC)', 'STATE', 'CONSISTENT AS', 'SIZE', 'VERIFIED', 'KEPT UNTIL', 'NOTE'],
    ...backups.map((backup) => [backup.id.slice(0, length), ...rowOf(backup, now)]),
  ]);
}

/**
 * Those of destroyed add-ons, newest first.
 * @param flags name app and add-on in the command that restores one, with a space before them.
 */
export function describeDestroyed(backups: DestroyedBackupList['backups'], flags: string, now: number): readonly string[] {
  if (backups.length === 0) return ['There is no backup of a destroyed add-on that had the same owner.'];
  const length = shortLength(backups.map(({ id }) => id));
  const rows = backups.map((backup) => {
    const { id, addon, volume, taken_at: takenAt, requested_at: requestedAt, consistency, size, kept_until: keptUntil } = backup;
    const kept = keptUntil === null ? 'not for sure' : minuteOf(keptUntil);
    const taken = minuteOf(takenAt ?? requestedAt);
    return [id.slice(0, length), addon, volume, taken, consistency ?? '', `${String(size)} GB`, verifiedOf(backup, now), kept];
  });
  return [
    ...formatTable([['ID', 'ADD-ON', 'VOLUME', 'TAKEN (UTC)', 'CONSISTENT AS', 'SIZE', 'VERIFIED', 'KEPT UNTIL (UTC)'], ...rows]),
    '',
    `To restore one: heroku dh:backups:restore ID --into NAME${flags}`,
  ];
}

/** So many characters tell all of them apart. */
function shortLength(ids: readonly string[]): number {
  for (let length = shortest; length < 36; length++)
    if (new Set(ids.map((id) => id.slice(0, length))).size === new Set(ids).size) return length;
  return 36;
}

function rowOf(backup: BackupAnswer, now: number): readonly string[] {
  const {
    volume,
    kind,
    taken_at: takenAt,
    requested_at: requestedAt,
    state,
    consistency,
    size,
    changed_bytes: changed,
    kept_until: keptUntil,
  } = backup;
  return [
    volume,
    kind,
    minuteOf(takenAt ?? requestedAt),
    state,
    consistency ?? '',
    `${String(size)} GB${changed === null ? '' : `, ${formatSize(changed)} changed`}`,
    verifiedOf(backup, now),
    keptUntil === null ? '' : keptUntil.slice(0, 10),
    remarksOn(backup).join(' · '),
  ];
}

function verifiedOf({ verification, verified_at: verifiedAt }: BackupAnswer, now: number): string {
  if (verification === null) return 'not yet';
  return `${verification}${verifiedAt === null ? '' : `, ${describeTime(Date.parse(verifiedAt), now)}`}`;
}

/** What went wrong or was found, then what somebody has noted. */
function remarksOn({ failure, consistency_detail: lesser, verification_detail: found, note }: BackupAnswer): readonly string[] {
  return [failure, lesser, found, note].filter((text) => text !== null);
}

function minuteOf(time: string): string {
  return new Date(time).toISOString().slice(0, 16).replace('T', ' ');
}

/** When backups are made and how long they live, for people. @param flags name app and add-on, with a space before them. */
export function describeSchedule(
  { window_hour: hour, keep, final_days: days, defaults }: BackupSchedule,
  flags: string,
): readonly string[] {
  const until = String((hour + 4) % 24).padStart(2, '0');
  return [
    ['Made', `each day between ${String(hour).padStart(2, '0')}:00 and ${until}:00 UTC`],
    ['Kept', `${String(keep.daily)} daily, ${String(keep.weekly)} weekly, ${String(keep.monthly)} monthly`],
    ['Removed volumes', `kept ${String(days)} day${days === 1 ? '' : 's'} more`],
    ['New volumes', `${String(defaults.size)} GB ${defaults.type}, ${defaults.fs}, backups: ${defaults.backups}`],
    ['To change it', `heroku dh:backups:schedule --hour 3 --keep-daily 14${flags}`],
  ].map(([name = '', value = '']) => `${`${name}:`.padEnd(17)}${value}`);
}
