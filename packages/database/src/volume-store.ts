import { AppError } from '@dockhero/domain/errors';
import type { ResourceId } from '@dockhero/domain/resource';
import type { GivenOptions } from '@dockhero/domain/volumes/parse-options';
import { changeOptions, resolveOptions } from '@dockhero/domain/volumes/resolve-options';
import type { Volume } from '@dockhero/domain/volumes/volume';
import { assertWithinPlan } from '@dockhero/domain/volumes/volume-limits';
import type { Database } from './client.js';
import { compareOptions, describeChange, describeNew } from './describe-volume.js';
import { findLive, lockVolume, sizesOfOthers, type VolumeKey } from './find-volume.js';
import { insertVolume } from './insert-volume.js';
import { lockResource, tell } from './lock-resource.js';
import { inTransaction } from './transaction.js';
import { assertRemovable } from './volume-in-use.js';
import { volumeColumns } from './volume-rows.js';
import { settingsOf } from './volume-settings-store.js';

export type VolumeChange = Pick<GivenOptions, 'sizeGib' | 'type' | 'backups'>;

/** `changed` is false when all was so before: nobody needs to look. */
export interface Wanted {
  readonly volume: Volume;
  readonly changed: boolean;
}

const change = `
  UPDATE volumes v SET size_gib = $2, type = $3, iops = $4, throughput = $5, backups = $6, desired_version = desired_version + 1
  WHERE id = $1::uuid RETURNING ${volumeColumns}`;
const remove = `
  UPDATE volumes v SET desired = 'removed', live_name = NULL, removed_at = now(), wanted_host_id = NULL, wanted_since = NULL,
    desired_version = desired_version + 1
  WHERE id = $1::uuid RETURNING ${volumeColumns}`;

/** Volumes as they are wanted. The only writer is the partner API; how they come back after a removal or a backup: `VolumeRestoreStore`. */
export class VolumeStore {
  constructor(private readonly database: Database) {}

  /**
   * Wants a volume of this name; options that were not given are the resource's defaults. The same name again is the same volume, whatever its
   * size is meanwhile: Docker says the size of the stackfile again and again, and somebody may have grown it.
   * @throws AppError `volume_options` (also: there is one of another type or file system), `volume_limit`, `resource_gone`, `resource_failed`.
   */
  async create(resourceId: ResourceId, name: string, given: GivenOptions): Promise<{ readonly volume: Volume; readonly created: boolean }> {
    return await inTransaction(this.database, async (connection) => {
      const plan = await lockResource(connection, resourceId);
      const known = await findLive(connection, resourceId, name);
      if (known) {
        const difference = compareOptions(known, given);
        if (difference) await tell(connection, resourceId, { kind: 'notice', text: difference, data: { volume: known.id } });
        return { volume: known, created: false };
      }
      const { defaults } = await settingsOf(connection, resourceId, plan);
      const options = resolveOptions(given, defaults);
      assertWithinPlan(plan, await sizesOfOthers(connection, resourceId, null), options, true);
      const volume = await insertVolume(connection, resourceId, { name, options, sourceBackupId: null });
      await tell(connection, resourceId, { kind: 'desired', text: describeNew(volume), data: { volume: volume.id } });
      return { volume, created: true };
    });
  }

  /** Grows it, changes its type, or switches its daily backup. @throws AppError `volume_not_found`, `volume_shrink`, `volume_options`, `volume_limit`. */
  async change(resourceId: ResourceId, name: string, wanted: VolumeChange): Promise<Wanted> {
    return await inTransaction(this.database, async (connection) => {
      const plan = await lockResource(connection, resourceId);
      const { volume: before } = await lockVolume(connection, resourceId, { name });
      const after = changeOptions(before, wanted);
      const { sizeGib, type, iops, throughput, backups } = after;
      if (sizeGib < before.sizeGib) throw new AppError('volume_shrink', { volume: before.id });
      if (sizeGib === before.sizeGib && type === before.type && backups === before.backups) return { volume: before, changed: false };
      if (sizeGib > before.sizeGib || type !== before.type)
        assertWithinPlan(plan, await sizesOfOthers(connection, resourceId, before.id), after, false);
      const { rows } = await connection.query<Volume>(change, [before.id, sizeGib, type, iops, throughput, backups]);
      const volume = rows[0] ?? before;
      await tell(connection, resourceId, { kind: 'desired', text: describeChange(before, volume), data: { volume: volume.id } });
      return { volume, changed: true };
    });
  }

  /**
   * Wants it gone; its content is kept for days. @param by the host whose Docker asks, or null: a customer.
   * @throws AppError `volume_not_found`, `volume_in_use` when another host, or for a customer any, has it or wants it.
   */
  async remove(resourceId: ResourceId, key: VolumeKey, by: string | null): Promise<Wanted> {
    return await inTransaction(this.database, async (connection) => {
      await lockResource(connection, resourceId);
      const found = await lockVolume(connection, resourceId, key);
      if (found.volume.desired === 'removed') return { volume: found.volume, changed: false };
      await assertRemovable(connection, found, by);
      const { rows } = await connection.query<Volume>(remove, [found.volume.id]);
      const volume = rows[0] ?? found.volume;
      await tell(connection, resourceId, {
        kind: 'desired',
        text: `Volume ${volume.name} was removed; its content is kept for a while`,
        data: { volume: volume.id },
      });
      return { volume, changed: true };
    });
  }
}
