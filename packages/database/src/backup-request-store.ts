import { AppError } from '@dockhero/domain/errors';
import type { ResourceId } from '@dockhero/domain/resource';
import type { Backup } from '@dockhero/domain/volumes/backup';
import type { Volume } from '@dockhero/domain/volumes/volume';
import { manualBackupsMax, manualKeepDays } from '@dockhero/domain/volumes/volume-settings';
import type { Database } from './client.js';
import { assertCompleted, findBackup } from './find-backup.js';
import { findLive, lockVolume } from './find-volume.js';
import { lockResource, tell } from './lock-resource.js';
import { inTransaction } from './transaction.js';
import { backupColumns, ownerHashSql } from './volume-rows.js';

const countManual = `SELECT count(*)::int AS count FROM backups WHERE volume_id = $1::uuid AND kind = 'manual' AND state NOT IN ('expired', 'failed')`;
const insert = `
  WITH b AS (
    INSERT INTO backups (id, resource_id, volume_id, generation, kind, note, size_gib, keep_until, owner_hash)
    SELECT gen_random_uuid(), resource_id, id, generation, 'manual', $2, size_gib, now() + $3 * interval '1 day', ${ownerHashSql('resource_id')}
    FROM volumes WHERE id = $1::uuid RETURNING *
  ) SELECT ${backupColumns} FROM b JOIN volumes v ON v.id = b.volume_id`;

const removedSentence = ({ name }: Volume) =>
  `The volume ${name} was removed, and backups are verified of volumes that there are. Bring it back, or restore the backup into another volume.`;

/** What customers ask of backups. The partner API writes it; all that comes of it the worker does. */
export class BackupRequestStore {
  constructor(private readonly database: Database) {}

  /** Wants a backup now. @throws AppError `volume_not_found`, `volume_blank` before anything was written to it, `too_many_backups`, `resource_gone`. */
  async request(resourceId: ResourceId, volumeName: string, note: string | null): Promise<Backup> {
    return await inTransaction(this.database, async (connection) => {
      await lockResource(connection, resourceId);
      const volume = await findLive(connection, resourceId, volumeName);
      if (!volume) throw new AppError('volume_not_found', { resourceId });
      if (volume.formattedGeneration < volume.generation && volume.sourceBackupId === null)
        throw new AppError('volume_blank', { volume: volume.id });
      const counted = await connection.query<{ count: number }>(countManual, [volume.id]);
      if ((counted.rows[0]?.count ?? 0) >= manualBackupsMax) throw new AppError('too_many_backups', { volume: volume.id });
      const { rows } = await connection.query<Backup>(insert, [volume.id, note, manualKeepDays]);
      const [backup] = rows;
      if (!backup) throw new AppError('volume_not_found', { resourceId });
      await tell(connection, resourceId, {
        kind: 'desired',
        text: `A backup of volume ${volume.name} was asked for`,
        data: { volume: volume.id, backup: backup.id },
      });
      return backup;
    });
  }

  /** Wants a backup verified soon. @throws AppError `backup_not_found`, `backup_not_ready`, `backup_failed`, `volume_not_found` of a removed volume. */
  async askVerification(resourceId: ResourceId, backupId: string): Promise<Backup> {
    return await inTransaction(this.database, async (connection) => {
      await lockResource(connection, resourceId);
      const backup = await findBackup(connection, resourceId, backupId);
      // Scratch disks are attached to a host of its own cluster.
      if (backup.resourceId !== resourceId) throw new AppError('backup_not_found', { backupId });
      assertCompleted(backup);
      const { volume } = await lockVolume(connection, resourceId, { id: backup.volumeId });
      if (volume.desired === 'removed') throw new AppError('volume_not_found', { volume: volume.id }, { message: removedSentence(volume) });
      await connection.query('UPDATE backups SET verify_asked_at = now() WHERE id = $1::uuid', [backup.id]);
      return backup;
    });
  }
}
