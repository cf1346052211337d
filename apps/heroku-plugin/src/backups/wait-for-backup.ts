import type { BackupAnswer, BackupList } from '@dockhero/contracts/volumes-api';
import { repeatUntil } from '../connection/repeat-until.js';
import type { Session } from '../connection/session.js';
import { PluginError } from '../plugin-error.js';

/** A first backup of a large volume takes AWS hours; this is how long we watch. */
const patienceMs = 6 * 3_600_000;

/** Waits until a backup is complete, telling how far it is. @throws PluginError when it failed, or is still under way after hours. */
export async function waitForBackup(session: Session, id: string): Promise<BackupAnswer> {
  return await repeatUntil<BackupList, BackupAnswer>(session, {
    path: '/backups',
    patienceMs,
    late: `The backup is still under way. It goes on by itself: heroku dh:backups${session.flags} shows it.`,
    judge: ({ backups }) => {
      const backup = backups.find((one) => one.id === id);
      if (!backup) throw new PluginError(`The backup ${id} is gone. heroku dh:backups${session.flags} lists what there is.`);
      if (backup.state === 'failed') throw new PluginError(`The backup failed. ${backup.failure ?? ''}`.trim());
      return backup.state === 'completed' ? { done: backup } : { waiting: `Backup ${id.slice(0, 8)} of ${backup.volume}: ${backup.state}` };
    },
  });
}
