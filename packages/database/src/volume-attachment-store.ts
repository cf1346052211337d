import { AppError } from '@dockhero/domain/errors';
import type { ResourceId } from '@dockhero/domain/resource';
import type { Volume } from '@dockhero/domain/volumes/volume';
import { orUnavailable, type Database } from './client.js';
import { volumeColumns } from './volume-rows.js';
import type { Wanted } from './volume-store.js';

// A host that was replaced keeps its id: whoever asks with a later certificate is another machine, to which the volume has to come.
const attach = `
  UPDATE volumes v SET wanted_host_id = $3::uuid, wanted_since = now(), desired_version = desired_version + 1
  WHERE id = $2::uuid AND resource_id = $1::uuid AND desired = 'present'
    AND (wanted_host_id IS DISTINCT FROM $3::uuid OR wanted_since IS NULL OR wanted_since < $4::timestamptz)
  RETURNING ${volumeColumns}`;
const release = `
  UPDATE volumes v SET wanted_host_id = NULL, wanted_since = NULL, desired_version = desired_version + 1
  WHERE id = $2::uuid AND resource_id = $1::uuid AND wanted_host_id = $3::uuid RETURNING ${volumeColumns}`;
const formatted = `
  UPDATE volumes v SET formatted_generation = $3
  WHERE id = $2::uuid AND resource_id = $1::uuid AND generation = $3 AND formatted_generation < $3 RETURNING ${volumeColumns}`;
const select = `SELECT ${volumeColumns} FROM volumes v WHERE id = $2::uuid AND resource_id = $1::uuid`;

/** Which host wants a volume, and whether it holds a file system: as hosts say. The partner API writes it for them. Time is the database's. */
export class VolumeAttachmentStore {
  constructor(private readonly database: Database) {}

  /**
   * The host wants it; who may have it, the worker decides. @param enrolledAt when the machine that asks got its certificate.
   * @throws AppError `volume_not_found`, also for one that was removed.
   */
  async attach(resourceId: ResourceId, volumeId: string, host: { readonly id: string; readonly enrolledAt: Date }): Promise<Wanted> {
    const result = await this.#write(attach, [resourceId, volumeId, host.id, host.enrolledAt]);
    if (result.volume.desired === 'removed') throw new AppError('volume_not_found', { volumeId });
    return result;
  }

  /** The host lets go of it. Nothing changes when another one has asked meanwhile. @throws AppError `volume_not_found`. */
  async release(resourceId: ResourceId, volumeId: string, hostId: string): Promise<Wanted> {
    return await this.#write(release, [resourceId, volumeId, hostId]);
  }

  /** The disk of this generation holds a file system. Nothing changes for a generation that is over. @throws AppError `volume_not_found`. */
  async recordFormatted(resourceId: ResourceId, volumeId: string, generation: number): Promise<Wanted> {
    return await this.#write(formatted, [resourceId, volumeId, generation]);
  }

  async #write(statement: string, values: [ResourceId, string, ...unknown[]]): Promise<Wanted> {
    return await orUnavailable(async () => {
      const { rows } = await this.database.pool.query<Volume>(statement, values);
      if (rows[0]) return { volume: rows[0], changed: true };
      const found = await this.database.pool.query<Volume>(select, values.slice(0, 2));
      if (!found.rows[0]) throw new AppError('volume_not_found', { volumeId: values[1] });
      return { volume: found.rows[0], changed: false };
    });
  }
}
