import { AppError } from '@dockhero/domain/errors';
import type { ResourceId } from '@dockhero/domain/resource';
import type { Backup } from '@dockhero/domain/volumes/backup';
import type { Connection } from './transaction.js';
import { backupColumns, backupTables, ownerHashSql } from './volume-rows.js';

/**
 * SQL: whether the person that owns the app of resource `$1` now owned that of `backups b` when it was made. Apps change hands: only what Heroku has
 * said just now counts (`OwnerQuestionStore`). Null where nobody is known.
 */
export const isOfSameOwner = `(b.owner_hash = ${ownerHashSql('$1::uuid')} AND EXISTS (
  SELECT 1 FROM clusters WHERE resource_id = $1::uuid AND contacts_read_at > now() - interval '2 minutes'))`;

const select = `
  SELECT ${backupColumns} FROM ${backupTables}
  WHERE b.id = $2::uuid AND b.state <> 'expired' AND (b.resource_id = $1::uuid OR ${isOfSameOwner})`;

/** A backup that the resource's users may see, held against its deletion until the transaction ends. @throws AppError `backup_not_found`. */
export async function findBackup(connection: Connection, resourceId: ResourceId, backupId: string): Promise<Backup> {
  const { rows } = await connection.query<Backup>(`${select} FOR SHARE OF b`, [resourceId, backupId]);
  if (!rows[0]) throw new AppError('backup_not_found', { backupId });
  return rows[0];
}

/** @throws AppError `backup_not_ready`, `backup_failed`. */
export function assertCompleted({ id, state, failure }: Backup): void {
  if (state === 'completed') return;
  if (state !== 'failed') throw new AppError('backup_not_ready', { backup: id });
  throw new AppError('backup_failed', { backup: id }, failure === null ? {} : { message: `This backup failed: ${failure}` });
}
