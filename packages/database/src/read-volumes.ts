import type { ResourceId } from '@dockhero/domain/resource';
import type { Backup } from '@dockhero/domain/volumes/backup';
import { orUnavailable, type Database } from './client.js';
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

  async #rows<Row extends object>(name: string, text: string, values: unknown[]): Promise<Row[]> {
    return (await orUnavailable(() => this.database.pool.query<Row>({ name, text }, values))).rows;
  }
}

type ListedRow = Omit<ListedVolume, keyof VolumeWithFacts> & Record<string, unknown>;

function toListed(row: ListedRow): ListedVolume {
  const { hostIndex, lastBackupAt, backupVerifiedAt, keptUntil } = row;
  return { ...toVolumeWithFacts(row), hostIndex, lastBackupAt, backupVerifiedAt, keptUntil };
}
