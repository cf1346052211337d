import type { BackupAnswer, BackupList } from '@dockhero/contracts/volumes-api';
import { callAddon } from '../connection/call-addon.js';
import type { Session } from '../connection/session.js';
import { PluginError } from '../plugin-error.js';

const wholeId = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * The backup that a person means by its id or the beginning of it. A whole id may be of an add-on that was destroyed, which the list does not have:
 * of that nothing but the id is known here.
 * @throws PluginError when there is none, or several.
 */
export async function findBackup(session: Session, typed: string): Promise<{ readonly id: string; readonly known: BackupAnswer | null }> {
  const meant = typed.trim().toLowerCase();
  const { backups } = await callAddon<BackupList>(session, 'GET', '/backups');
  const found = backups.filter(({ id }) => meant !== '' && id.startsWith(meant));
  const [known] = found;
  if (found.length === 1 && known) return { id: known.id, known };
  if (found.length > 1) {
    const several = found.map(({ id, volume, taken_at: takenAt }) => `${id} (${volume}, ${takenAt ?? 'not taken yet'})`).join(', ');
    throw new PluginError(`Several backups begin with ${meant}: ${several}. Type more of it.`);
  }
  if (wholeId.test(meant)) return { id: meant, known: null };
  throw new PluginError(`No backup is called ${typed}. heroku dh:backups${session.flags} lists them.`);
}
