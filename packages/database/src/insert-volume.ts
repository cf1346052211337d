import { AppError } from '@dockhero/domain/errors';
import type { ResourceId } from '@dockhero/domain/resource';
import type { Volume, VolumeOptions } from '@dockhero/domain/volumes/volume';
import type { Connection } from './transaction.js';
import { volumeColumns } from './volume-rows.js';

const insert = `
  INSERT INTO volumes AS v (id, resource_id, name, live_name, size_gib, type, iops, throughput, fs, backups, source_backup_id)
  VALUES (gen_random_uuid(), $1::uuid, $2, $2, $3, $4, $5, $6, $7, $8, $9::uuid) RETURNING ${volumeColumns}`;

export interface NewVolume {
  readonly name: string;
  readonly options: VolumeOptions;
  /** What its content is made of; null: blank. */
  readonly sourceBackupId: string | null;
}

/** One more volume, whose limits were looked at. The caller holds the resource's lock: the name is free. */
export async function insertVolume(
  connection: Connection,
  resourceId: ResourceId,
  { name, options, sourceBackupId }: NewVolume,
): Promise<Volume> {
  const { sizeGib, type, iops, throughput, fs, backups } = options;
  const { rows } = await connection.query<Volume>(insert, [resourceId, name, sizeGib, type, iops, throughput, fs, backups, sourceBackupId]);
  if (!rows[0]) throw new AppError('internal', { name });
  return rows[0];
}
