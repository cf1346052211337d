import type { ResourceId } from '@dockhero/domain/resource';
import type { Backup } from '@dockhero/domain/volumes/backup';
import { orUnavailable, type Database } from './client.js';
import { isOfSameOwner } from './find-backup.js';
import {
  backupColumns,
  backupTables,
  toVolumeWithFacts,
  volumeWithFactsColumns,
  volumeWithFactsTables,
  type VolumeWithFacts,
} from './volume-rows.js';

/** A volume as its users want to see it. */
export interface ListedVolume extends VolumeWithFacts {
  /** Index of the host that has it. */
  readonly hostIndex: number | null;
  /** Of the content of its newest completed backup. */
  readonly lastBackupAt: Date | null;
  /** When a backup of it was last found to be good. */
  readonly backupVerifiedAt: Date | null;
  /** Of a removed one: until when its final backup is kept, if that is known. */
  readonly keptUntil: Date | null;
}

/** A completed backup of a resource that was removed. */
export interface DestroyedBackup extends Backup {
  readonly addonName: string;
  /** Until when it can be restored for sure; null: it may go any time. */
  readonly keptUntil: Date | null;
}

/** Whose content is gone is not listed; nor is one that was removed and then made anew so often that nobody looks. */
const removedMax = 100;

const selectLive = `
  SELECT ${volumeWithFactsColumns} FROM ${volumeWithFactsTables} WHERE v.resource_id = $1::uuid AND v.live_name IS NOT NULL ORDER BY v.name`;
const selectOne = `
  SELECT ${volumeWithFactsColumns} FROM ${volumeWithFactsTables} WHERE v.resource_id = $1::uuid AND v.id = $2::uuid AND v.live_name IS NOT NULL`;

const listedColumns = `${volumeWithFactsColumns}, h.index AS "hostIndex", b."lastBackupAt", b."backupVerifiedAt", b."keptUntil"`;
const listedTables = `${volumeWithFactsTables} LEFT JOIN hosts h ON h.id = f.attached_host_id LEFT JOIN LATERAL (
    SELECT max(taken_at) FILTER (WHERE state = 'completed') AS "lastBackupAt",
      max(verified_at) FILTER (WHERE verification = 'ok') AS "backupVerifiedAt",
      max(keep_until) FILTER (WHERE kind = 'final' AND state <> 'expired') AS "keptUntil"
    FROM backups WHERE volume_id = v.id
  ) b ON true`;
const selectListed = `
  (SELECT ${listedColumns} FROM ${listedTables} WHERE v.resource_id = $1::uuid AND v.live_name IS NOT NULL ORDER BY v.name)
  UNION ALL
  (SELECT ${listedColumns} FROM ${listedTables}
    WHERE v.resource_id = $1::uuid AND v.live_name IS NULL AND f.forgotten_at IS NULL ORDER BY v.removed_at DESC LIMIT ${String(removedMax)})`;
const selectListedOne = `SELECT ${listedColumns} FROM ${listedTables} WHERE v.resource_id = $1::uuid AND v.id = $2::uuid`;

const selectBackups = `
  SELECT ${backupColumns} FROM ${backupTables} WHERE b.resource_id = $1::uuid AND b.state <> 'expired' ORDER BY b.requested_at DESC, b.id LIMIT $2`;
// Of a removed volume all backups stay as long as its final one.
const selectDestroyed = `
  SELECT ${backupColumns}, r.name AS "addonName", GREATEST(b.keep_until, (
    SELECT max(keep_until) FROM backups WHERE volume_id = b.volume_id AND kind = 'final' AND state = 'completed')) AS "keptUntil"
  FROM ${backupTables} JOIN resources r ON r.id = b.resource_id
  WHERE ${isOfSameOwner} AND r.id <> $1::uuid AND r.desired = 'removed' AND b.state = 'completed' ORDER BY b.taken_at DESC, b.id LIMIT $2`;
const selectBackup = `SELECT ${backupColumns} FROM ${backupTables} WHERE b.resource_id = $1::uuid AND b.id = $2::uuid AND b.state <> 'expired'`;

/** Volumes and backups for those who use them. Facts are the worker's. @throws AppError `storage_unavailable`, all of them. */
export class VolumeReader {
  constructor(private readonly database: Database) {}

  /** The wanted ones, by name. */
  async live(resourceId: ResourceId): Promise<VolumeWithFacts[]> {
    return (await this.#rows<Record<string, unknown>>('live volumes', selectLive, [resourceId])).map(toVolumeWithFacts);
  }

  /** A wanted one, or null. */
  async find(resourceId: ResourceId, volumeId: string): Promise<VolumeWithFacts | null> {
    const [row] = await this.#rows<Record<string, unknown>>('live volume', selectOne, [resourceId, volumeId]);
    return row ? toVolumeWithFacts(row) : null;
  }

  /** The wanted ones by name, then the removed ones whose content is kept, the last to go first. */
  async list(resourceId: ResourceId): Promise<ListedVolume[]> {
    return (await this.#rows<ListedRow>('listed volumes', selectListed, [resourceId])).map(toListed);
  }

  /** One of those, or null. */
  async findListed(resourceId: ResourceId, volumeId: string): Promise<ListedVolume | null> {
    const [row] = await this.#rows<ListedRow>('listed volume', selectListedOne, [resourceId, volumeId]);
    return row ? toListed(row) : null;
  }

  /** Those that are kept, or to be made, or have failed: the newest first, at most `limit`. */
  async backups(resourceId: ResourceId, limit: number): Promise<Backup[]> {
    return await this.#rows<Backup>('listed backups', selectBackups, [resourceId, limit]);
  }

  /** One of those, or null. */
  async backup(resourceId: ResourceId, backupId: string): Promise<Backup | null> {
    return (await this.#rows<Backup>('listed backup', selectBackup, [resourceId, backupId]))[0] ?? null;
  }

  /** Those of destroyed resources of the same owner that can be restored into this one: the newest first, at most `limit`. */
  async destroyedBackups(resourceId: ResourceId, limit: number): Promise<DestroyedBackup[]> {
    return await this.#rows<DestroyedBackup>('backups of destroyed resources', selectDestroyed, [resourceId, limit]);
  }

  async #rows<Row extends object>(name: string, text: string, values: unknown[]): Promise<Row[]> {
    return (await orUnavailable(() => this.database.pool.query<Row>({ name, text }, values))).rows;
  }
}

type ListedRow = Omit<ListedVolume, keyof VolumeWithFacts> & Record<string, unknown>;

function toListed(row: ListedRow): ListedVolume {
  const { hostIndex, lastBackupAt, backupVerifiedAt, keptUntil } = row;
  return { ...toVolumeWithFacts(row), hostIndex, lastBackupAt, backupVerifiedAt, keptUntil };
}
