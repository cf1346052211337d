import type { RestoreBackupRequest, VolumeAnswer, VolumeList } from '@dockhero/contracts/volumes-api';
import { callAddon } from '../connection/call-addon.js';
import type { Session } from '../connection/session.js';
import { confirmApp } from '../messages/confirm-app.js';
import { PluginError } from '../plugin-error.js';
import { findRestorable } from './find-backup.js';

interface Restore {
  /** A backup's id, or its beginning. */
  readonly typed: string;
  /** Name of a new volume; undefined: its own. */
  readonly into: string | undefined;
  /** GiB; undefined: that of the backup. */
  readonly size: number | undefined;
  readonly app: string;
  readonly confirmed: string | undefined;
}

interface Restoring {
  readonly id: string;
  readonly volume: string;
  /** The EBS volume whose content goes; null when none does. */
  readonly replaced: string | null;
}

/** Asks for a restore, in place only when the app's name was given. @throws PluginError with what to do. */
export async function restoreBackup(session: Session, { typed, into, size, app, confirmed }: Restore): Promise<Restoring> {
  const { id, known } = await findRestorable(session, typed);
  if (!known && into === undefined) throw new PluginError('This backup is of another add-on. Name a new volume for it: --into NAME.');
  const isInPlace = into === undefined || into === known?.volume;
  let replaced: string | null = null;
  if (isInPlace && known) {
    const { volumes } = await callAddon<VolumeList>(session, 'GET', '/volumes');
    replaced = volumes.find(({ name, state }) => name === known.volume && state !== 'removed')?.ebs_volume_id ?? null;
    const when = known.taken_at === null ? '' : ` of ${known.taken_at}`;
    const warning = `This replaces what the volume ${known.volume} of ${app} holds by the backup${when}. What it holds now is backed up before.`;
    await confirmApp(app, confirmed, warning);
  }
  const request: RestoreBackupRequest = { ...(isInPlace ? {} : { into }), ...(size === undefined ? {} : { size }) };
  const { name } = await callAddon<VolumeAnswer>(session, 'POST', `/backups/${encodeURIComponent(id)}/restore`, request);
  return { id, volume: name, replaced };
}
