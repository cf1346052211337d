import type { BackupAnswer, BackupList, DestroyedBackupList } from '@dockhero/contracts/volumes-api';
import { callAddon } from '../connection/call-addon.js';
import type { Session } from '../connection/session.js';
import { PluginError } from '../plugin-error.js';

const wholeId = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** `known` is null of one that is not the add-on's own. */
export interface FoundBackup {
  readonly id: string;
  readonly known: BackupAnswer | null;
}

/** The add-on's backup that a person means by its id or the beginning of it; a whole id goes to the API as it is. @throws PluginError when there is none, or several. */
export async function findBackup(session: Session, typed: string): Promise<FoundBackup> {
  const meant = typed.trim().toLowerCase();
  const known = await findOwn(session, meant);
  if (known) return { id: known.id, known };
  if (wholeId.test(meant)) return { id: meant, known: null };
  throw none(session, typed);
}

/** The id of one whose content is there. @throws as `findBackup`, and PluginError for one that is not complete. */
export async function findDownloadable(session: Session, typed: string): Promise<string> {
  const { id, known } = await findBackup(session, typed);
  if (known && known.state !== 'completed') throw new PluginError(`Backup ${id} is ${known.state}: only complete ones can be downloaded.`);
  return id;
}

/** The same for what can be restored: also a backup of a destroyed add-on. @throws as `findBackup`. */
export async function findRestorable(session: Session, typed: string): Promise<FoundBackup> {
  const meant = typed.trim().toLowerCase();
  const known = await findOwn(session, meant);
  if (known) return { id: known.id, known };
  // The owner may have another add-on that lives: of that no list tells.
  if (wholeId.test(meant)) return { id: meant, known: null };
  const { backups } = await callAddon<DestroyedBackupList>(session, 'GET', '/backups/destroyed');
  const destroyed = pick(backups, meant);
  if (destroyed) return { id: destroyed.id, known: null };
  throw none(session, typed);
}

async function findOwn(session: Session, meant: string): Promise<BackupAnswer | null> {
  return pick((await callAddon<BackupList>(session, 'GET', '/backups')).backups, meant);
}

/** @throws PluginError when several are meant. */
function pick(backups: readonly BackupAnswer[], meant: string): BackupAnswer | null {
  const found = backups.filter(({ id }) => meant !== '' && id.startsWith(meant));
  if (found.length < 2) return found[0] ?? null;
  const several = found.map(({ id, volume, taken_at: takenAt }) => `${id} (${volume}, ${takenAt ?? 'not taken yet'})`).join(', ');
  throw new PluginError(`Several backups begin with ${meant}: ${several}. Type more of it.`);
}

function none(session: Session, typed: string): PluginError {
  return new PluginError(`No backup is called ${typed}. heroku dh:backups${session.flags} lists them.`);
}
