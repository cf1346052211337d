import { AppError } from '@dockhero/domain/errors';
import type { ResourceId } from '@dockhero/domain/resource';
import type { BackupState } from '@dockhero/domain/volumes/backup';
import type { Connection } from './transaction.js';
import { toVolumeWithFacts, volumeWithFactsColumns, volumeWithFactsTables, type VolumeWithFacts } from './volume-rows.js';

export interface RemovedVolume extends VolumeWithFacts {
  /** The last one of its last generation; null: none was asked for yet, or there was nothing to keep. */
  readonly final: { readonly id: string; readonly state: BackupState } | null;
}

const lock = `
  SELECT id FROM volumes WHERE resource_id = $1::uuid AND name = $2 AND desired = 'removed' ORDER BY removed_at DESC LIMIT 1 FOR UPDATE`;
const select = `
  SELECT ${volumeWithFactsColumns}, b.id AS "finalId", b.state AS "finalState" FROM ${volumeWithFactsTables} LEFT JOIN LATERAL (
    SELECT id, state FROM backups WHERE volume_id = v.id AND kind = 'final' AND generation = v.generation ORDER BY requested_at DESC LIMIT 1
  ) b ON true
  WHERE v.id = $1::uuid`;

/** The volume of this name that was removed last, locked, and what is known of it since then: whoever forgets it holds it. @throws AppError `volume_not_found`. */
export async function findRemoved(connection: Connection, resourceId: ResourceId, name: string): Promise<RemovedVolume> {
  const locked = await connection.query<{ id: string }>(lock, [resourceId, name]);
  if (!locked.rows[0]) throw new AppError('volume_not_found', { resourceId });
  const { rows } = await connection.query<Record<string, unknown> & { finalId: string | null; finalState: BackupState }>(select, [
    locked.rows[0].id,
  ]);
  const [row] = rows;
  if (!row) throw new AppError('volume_not_found', { resourceId });
  return { ...toVolumeWithFacts(row), final: row.finalId === null ? null : { id: row.finalId, state: row.finalState } };
}

/** Keeps what a volume is to come back from, until the transaction ends. @throws AppError `volume_kept_no_more` when it is off the list by now. */
export async function holdSource(connection: Connection, volumeId: string, backupId: string): Promise<void> {
  const { rows } = await connection.query<{ state: BackupState }>('SELECT state FROM backups WHERE id = $1::uuid FOR SHARE', [backupId]);
  if (!rows[0] || rows[0].state === 'expired') throw new AppError('volume_kept_no_more', { volume: volumeId });
}

/**
 * What a removed volume comes back from: its final backup, or what it was to be made of when no disk was ever made. The disk itself is never taken
 * back: a pass may be deleting it at this moment.
 * @throws AppError `backup_not_ready`, `volume_kept_no_more`, `volume_lost` when AWS had lost the disk before it could be saved.
 */
export function decideReturn({ volume, facts, final }: RemovedVolume): string | null {
  if (facts?.forgottenAt || final?.state === 'expired') throw new AppError('volume_kept_no_more', { volume: volume.id });
  if (final?.state === 'completed') return final.id;
  // Blank is not how it was: which of its earlier backups is to come back is for its people to say.
  const wasInUse = facts?.generation === volume.generation && facts.lastAttachedAt !== null;
  if (wasInUse && facts.state === 'deleted' && (final === null || final.state === 'failed'))
    throw new AppError('volume_lost', { volume: volume.id });
  const hasNoDisk = !facts || facts.generation < volume.generation || facts.state === 'missing' || facts.state === 'deleted';
  if (final === null && hasNoDisk) return volume.sourceBackupId;
  throw new AppError(
    'backup_not_ready',
    { volume: volume.id },
    { message: `What the volume ${volume.name} holds is being saved. Try again in a few minutes.` },
  );
}
