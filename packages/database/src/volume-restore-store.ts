import { AppError } from '@dockhero/domain/errors';
import type { Plan } from '@dockhero/domain/plan';
import type { ResourceId } from '@dockhero/domain/resource';
import type { Backup } from '@dockhero/domain/volumes/backup';
import { resolveOptions } from '@dockhero/domain/volumes/resolve-options';
import type { Volume } from '@dockhero/domain/volumes/volume';
import { assertWithinPlan } from '@dockhero/domain/volumes/volume-limits';
import type { Database } from './client.js';
import { assertCompleted, findBackup } from './find-backup.js';
import { findLive, lockVolume, sizesOfOthers } from './find-volume.js';
import { insertVolume } from './insert-volume.js';
import { lockResource, tell } from './lock-resource.js';
import { inTransaction, type Connection } from './transaction.js';
import { decideReturn, findRemoved, holdSource } from './removed-volume.js';
import { volumeColumns, type VolumeWithFacts } from './volume-rows.js';

export interface Restore {
  /** Name of a new volume; null: the backup's own volume, if it is this resource's, else a new one of the same name. */
  readonly into: string | null;
  /** GiB; null: as it was, or as the volume is. */
  readonly sizeGib: number | null;
}

const replace = `
  UPDATE volumes v SET desired = 'present', live_name = name, removed_at = NULL, wanted_host_id = CASE WHEN removed_at IS NULL THEN wanted_host_id END,
    generation = generation + 1, source_backup_id = $2::uuid, size_gib = $3, iops = $4, throughput = $5, desired_version = desired_version + 1
  WHERE id = $1::uuid RETURNING ${volumeColumns}`;

/** Volumes that get another content, or come back. The worker makes a disk of it, and keeps the one before in a backup. The only writer is the partner API. */
export class VolumeRestoreStore {
  constructor(private readonly database: Database) {}

  /**
   * Brings back the volume of this name that was removed last. @throws AppError `volume_not_found`, `volume_exists`, `volume_limit`,
   * `backup_not_ready` as long as its content is being saved, `volume_kept_no_more`, `volume_lost`.
   */
  async undelete(resourceId: ResourceId, name: string): Promise<Volume> {
    return await inTransaction(this.database, async (connection) => {
      const plan = await lockResource(connection, resourceId);
      await assertFree(connection, resourceId, name);
      const removed = await findRemoved(connection, resourceId, name);
      const sourceBackupId = decideReturn(removed);
      if (sourceBackupId !== null) await holdSource(connection, removed.volume.id, sourceBackupId);
      const volume = await this.#replace(connection, plan, removed, { sourceBackupId, sizeGib: null, backupGib: 0 });
      await tell(connection, resourceId, { kind: 'desired', text: `Volume ${name} was brought back`, data: { volume: volume.id } });
      return volume;
    });
  }

  /**
   * Gives a volume the content of a backup. The same wish again, before it came true, changes nothing.
   * @returns `created` when it is a new volume.
   * @throws AppError `backup_not_found`, `backup_not_ready`, `backup_failed`, `volume_exists`, `volume_limit`, `volume_options` for a size below the backup's.
   */
  async restore(
    resourceId: ResourceId,
    backupId: string,
    { into, sizeGib }: Restore,
  ): Promise<{ readonly volume: Volume; readonly created: boolean }> {
    return await inTransaction(this.database, async (connection) => {
      const plan = await lockResource(connection, resourceId);
      const backup = await findBackup(connection, resourceId, backupId);
      assertCompleted(backup);
      const inPlace = into === null && backup.resourceId === resourceId;
      const volume = inPlace
        ? await this.#restoreInPlace(connection, plan, backup, sizeGib)
        : await this.#restoreInto(connection, plan, backup, { resourceId, name: into ?? backup.volumeName, sizeGib });
      return { volume, created: !inPlace };
    });
  }

  async #restoreInPlace(connection: Connection, plan: Plan, backup: Backup, sizeGib: number | null): Promise<Volume> {
    const found = await lockVolume(connection, backup.resourceId, { id: backup.volumeId });
    const { volume: before, facts } = found;
    if (before.desired === 'removed') await assertFree(connection, backup.resourceId, before.name);
    const isOnItsWay = before.sourceBackupId === backup.id && before.generation > (facts?.generation ?? 0);
    if (isOnItsWay && before.desired === 'present' && (sizeGib ?? before.sizeGib) === before.sizeGib) return before;
    const volume = await this.#replace(connection, plan, found, { sourceBackupId: backup.id, sizeGib, backupGib: backup.sizeGib });
    await tell(connection, backup.resourceId, { kind: 'desired', text: describeRestore(volume, backup), data: idsOf(volume, backup) });
    return volume;
  }

  async #restoreInto(
    connection: Connection,
    plan: Plan,
    backup: Backup,
    { resourceId, name, sizeGib }: { readonly resourceId: ResourceId; readonly name: string; readonly sizeGib: number | null },
  ): Promise<Volume> {
    await assertFree(connection, resourceId, name);
    const { volume: source } = await lockVolume(connection, backup.resourceId, { id: backup.volumeId });
    const wanted = sizeGib ?? backup.sizeGib;
    assertHolds(wanted, backup.sizeGib);
    // Type and file system are the source's; its speed only as far as this size allows.
    const { type, fs, backups } = source;
    const options = resolveOptions({}, { sizeGib: wanted, type, fs, backups });
    assertWithinPlan(plan, await sizesOfOthers(connection, resourceId, null), options, true);
    const volume = await insertVolume(connection, resourceId, { name, options, sourceBackupId: backup.id });
    await tell(connection, resourceId, { kind: 'desired', text: describeRestore(volume, backup), data: idsOf(volume, backup) });
    return volume;
  }

  async #replace(
    connection: Connection,
    plan: Plan,
    { volume }: VolumeWithFacts,
    { sourceBackupId, sizeGib, backupGib }: { sourceBackupId: string | null; sizeGib: number | null; backupGib: number },
  ): Promise<Volume> {
    const wanted = sizeGib ?? Math.max(volume.sizeGib, backupGib);
    assertHolds(wanted, backupGib);
    if (wanted < volume.sizeGib) throw new AppError('volume_shrink', { volume: volume.id });
    const options = resolveOptions({ ...volume, sizeGib: wanted }, volume);
    const isNew = volume.desired === 'removed';
    if (isNew || wanted > volume.sizeGib)
      assertWithinPlan(plan, await sizesOfOthers(connection, volume.resourceId, volume.id), options, isNew);
    const { rows } = await connection.query<Volume>(replace, [volume.id, sourceBackupId, wanted, options.iops, options.throughput]);
    return rows[0] ?? volume;
  }
}

async function assertFree(connection: Connection, resourceId: ResourceId, name: string): Promise<void> {
  if (await findLive(connection, resourceId, name))
    throw new AppError('volume_exists', { resourceId }, { message: `There is a volume ${name} already. Restore into another name.` });
}

function assertHolds(sizeGib: number, backupGib: number): void {
  if (sizeGib >= backupGib) return;
  throw new AppError('volume_options', {}, { message: `The backup is of ${String(backupGib)} GiB: size must be as much or more.` });
}

const idsOf = (volume: Volume, backup: Backup) => ({ volume: volume.id, backup: backup.id });
const describeRestore = (volume: Volume, { takenAt, volumeName }: Backup) =>
  `Volume ${volume.name} gets the content that ${volumeName} had at ${takenAt?.toISOString() ?? 'its backup'}`;
