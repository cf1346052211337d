import type { VolumeAnswer, VolumeList } from '@dockhero/contracts/volumes-api';
import { describeTime } from './describe-time.js';
import { formatTable } from './format-table.js';

/**
 * An add-on's volumes for people.
 * @param flags name app and add-on in the command that brings one back, with a space before them.
 */
export function describeVolumes({ volumes, limits }: VolumeList, flags: string, now: number): readonly string[] {
  const wanted = volumes.filter(({ state }) => state !== 'removed');
  const removed = volumes.filter(({ state }) => state === 'removed');
  return [
    ...(wanted.length === 0
      ? ['There is no volume yet. A stackfile makes them: driver: dockhero under its volumes.']
      : formatTable([['NAME', 'SIZE', 'STATE', 'BACKUPS', 'LAST BACKUP', 'TROUBLE'], ...wanted.map((volume) => rowOf(volume, now))])),
    ...removedLines(removed, flags),
    '',
    `The plan holds ${String(limits.volumes)} volume${limits.volumes === 1 ? '' : 's'} of ${String(limits.size)} GB together.`,
  ];
}

/** One volume in a sentence's part: `attached to host 1`, `creating: waiting for AWS`. */
export function describeVolumeState({ state, host, waiting_for: waitingFor }: VolumeAnswer): string {
  const where = host === null ? state : `${state} ${state === 'attached' || state === 'attaching' ? 'to' : 'from'} host ${String(host)}`;
  return waitingFor === null ? where : `${where}: ${waitingFor}`;
}

function rowOf(volume: VolumeAnswer, now: number): readonly string[] {
  const { name, size, fs, backups, last_backup_at: last, backup_verified_at: verified, trouble } = volume;
  const proven = verified === null ? '' : `, restored and checked ${describeTime(Date.parse(verified), now)}`;
  return [
    name,
    `${String(size)} GB ${fs}`,
    describeVolumeState(volume),
    backups,
    last === null ? 'none yet' : `${describeTime(Date.parse(last), now)}${proven}`,
    trouble ?? '',
  ];
}

function removedLines(removed: readonly VolumeAnswer[], flags: string): readonly string[] {
  if (removed.length === 0) return [];
  const rows = removed.map(({ name, size, kept_until: until }) => [
    name,
    `${String(size)} GB`,
    until === null ? 'until its backup is complete' : `until ${dayAndMinute(until)}`,
  ]);
  return [
    '',
    `Removed; their content is still kept (heroku dh:volumes:undelete NAME${flags}):`,
    ...formatTable(rows).map((row) => `  ${row}`),
  ];
}

/** `2026-11-26 20:03 UTC` */
export function dayAndMinute(time: string): string {
  return `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
