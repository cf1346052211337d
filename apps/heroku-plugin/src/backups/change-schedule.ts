import type { BackupList, BackupSchedule } from '@dockhero/contracts/volumes-api';
import { callAddon } from '../connection/call-addon.js';
import type { Session } from '../connection/session.js';

/** What flags said; undefined stays as it is. */
interface WantedSchedule {
  readonly window_hour: number | undefined;
  readonly keep: { readonly daily: number | undefined; readonly weekly: number | undefined; readonly monthly: number | undefined };
  readonly final_days: number | undefined;
  readonly defaults: Readonly<Record<'size' | 'type' | 'fs' | 'backups', string | number | undefined>>;
}

/** When backups are made, and how long they are kept. */
export async function readSchedule(session: Session): Promise<BackupSchedule> {
  return (await callAddon<BackupList>(session, 'GET', '/backups')).schedule;
}

/** Changes what is named. @returns the schedule as it is then; null when nothing is named. */
export async function changeSchedule(session: Session, wanted: WantedSchedule): Promise<BackupSchedule | null> {
  const { window_hour, final_days } = wanted;
  const [keep, defaults] = [named(wanted.keep), named(wanted.defaults)];
  const body = named({
    window_hour,
    final_days,
    // The API takes the three together.
    keep: isEmpty(keep) ? undefined : { ...(await readSchedule(session)).keep, ...keep },
    defaults: isEmpty(defaults) ? undefined : defaults,
  });
  return isEmpty(body) ? null : await callAddon<BackupSchedule>(session, 'PUT', '/backups/schedule', body);
}

function named<T>(values: Readonly<Record<string, T | undefined>>): Record<string, T> {
  const set: Record<string, T> = {};
  for (const [name, value] of Object.entries(values)) if (value !== undefined) set[name] = value;
  return set;
}

function isEmpty(values: object): boolean {
  return Object.keys(values).length === 0;
}
