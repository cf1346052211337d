import type { Host } from '@dockhero/domain/host';
import type { ResourceId } from '@dockhero/domain/resource';
import type { Backup } from '@dockhero/domain/volumes/backup';
import type { Volume, VolumeFacts } from '@dockhero/domain/volumes/volume';
import type { VolumeSettings } from '@dockhero/domain/volumes/volume-settings';
import { orUnavailable, type Database } from './client.js';
import { hostsOf } from './cluster-store.js';
import type { Lease } from './lease.js';
import { backupColumns, backupTables, toVolumeWithFacts, volumeWithFactsColumns, volumeWithFactsTables } from './volume-rows.js';
import { VolumeSettingsStore } from './volume-settings-store.js';

/** A backup as the worker sees it. */
export interface OwnBackup extends Backup {
  /** The disk whose last content it has, or is to have, for another takes that one's place; null for other backups. */
  readonly replacedEbsVolumeId: string | null;
  /** How often it was tried in vain. */
  readonly failures: number;
  /** When it was last tried in vain; null: never. */
  readonly triedAt: Date | null;
}

/** Everything a pass over a volume starts from. */
export interface VolumeSnapshot {
  readonly volume: Volume;
  readonly facts: VolumeFacts;
  readonly resource: { readonly id: ResourceId; readonly name: string };
  /** Nobody wants it any more: it was removed, or its resource is. */
  readonly isRemoved: boolean;
  /** When it was removed, or its resource was gone; null: it is wanted, or its resource is still being removed. */
  readonly removedAt: Date | null;
  readonly hosts: readonly Host[];
  /** All whose snapshot exists or is to be made, and those that failed; the oldest first. */
  readonly backups: readonly OwnBackup[];
  /** What the present generation is made of; of whatever volume. */
  readonly source: Backup | null;
  readonly settings: VolumeSettings;
}

export type VolumeFactsPatch = Partial<Omit<VolumeFacts, 'volumeId'>>;

const selectVolume = `
  SELECT ${volumeWithFactsColumns}, r.name AS "resourceName",
    (v.desired = 'removed' OR r.desired = 'removed' OR c.gave_up_at IS NOT NULL OR c.removed_at IS NOT NULL) AS "isRemoved",
    coalesce(v.removed_at, c.removed_at) AS "endedAt"
  FROM ${volumeWithFactsTables} JOIN resources r ON r.id = v.resource_id LEFT JOIN clusters c ON c.resource_id = r.id WHERE v.id = $1::uuid`;
const selectBackups = `
  SELECT ${backupColumns}, b.replaced_ebs_volume_id AS "replacedEbsVolumeId", b.failures, b.tried_at AS "triedAt" FROM ${backupTables}
  WHERE b.volume_id = $1::uuid AND (b.state <> 'expired' OR b.snapshot_id IS NOT NULL) ORDER BY b.requested_at, b.id`;
const selectWithDisks = `
  SELECT v.id FROM volumes v LEFT JOIN volume_facts f ON f.volume_id = v.id
  WHERE v.resource_id = $1::uuid AND f.forgotten_at IS NULL AND (f.state IS DISTINCT FROM 'deleted' OR f.observed_version < v.desired_version)`;
const selectBackup = `SELECT ${backupColumns} FROM ${backupTables} WHERE b.id = $1::uuid`;

/** What is known of a volume. The only writer is the worker that holds the volume's lease (its id is the volume's); each write is fenced by it. */
export class VolumeFactsStore {
  readonly #settings: VolumeSettingsStore;

  constructor(private readonly database: Database) {
    this.#settings = new VolumeSettingsStore(database);
  }

  /** The state to start a pass from; makes the empty record at the first one. Null when there is no such volume. */
  async load(lease: Lease): Promise<VolumeSnapshot | null> {
    const volumeId = lease.resourceId;
    const found = await this.#row(volumeId);
    if (!found) return null;
    const { facts } = toVolumeWithFacts(found);
    if (!facts) await lease.fenced((transaction) => transaction.volumeFacts.create({ data: { volumeId } }));
    const row = facts ? found : await this.#row(volumeId);
    if (!row) return null;
    return await this.#fill(row);
  }

  async record(lease: Lease, patch: VolumeFactsPatch): Promise<void> {
    await lease.fenced((transaction) => transaction.volumeFacts.update({ where: { volumeId: lease.resourceId }, data: patch }));
  }

  /**
   * Records what is about to be done, unless something else is desired by now: then nothing is written. Whoever changes what is desired, and
   * reads the facts after that, sees what was about to be done. @returns whether it was written.
   */
  async recordIfCurrent(lease: Lease, version: number, patch: VolumeFactsPatch): Promise<boolean> {
    const volumeId = lease.resourceId;
    return await lease.fenced(async (transaction) => {
      const rows = await transaction.$queryRaw<unknown[]>`
        SELECT 1 FROM volumes WHERE id = ${volumeId}::uuid AND desired_version = ${version} FOR SHARE`;
      if (rows.length === 0) return false;
      await transaction.volumeFacts.update({ where: { volumeId }, data: patch });
      return true;
    });
  }

  /** As in the snapshot. */
  async backupsOf(volumeId: string): Promise<OwnBackup[]> {
    return await this.#backups<OwnBackup>(selectBackups, volumeId);
  }

  /** Ids of a resource's volumes of which a disk may be left. */
  async withDisks(resourceId: ResourceId): Promise<string[]> {
    const { rows } = await orUnavailable(() => this.database.pool.query<{ id: string }>(selectWithDisks, [resourceId]));
    return rows.map(({ id }) => id);
  }

  async #row(volumeId: string): Promise<Record<string, unknown> | null> {
    const { rows } = await orUnavailable(() =>
      this.database.pool.query<Record<string, unknown>>({ name: 'volume of a pass', text: selectVolume }, [volumeId]),
    );
    return rows[0] ?? null;
  }

  async #fill(row: Record<string, unknown>): Promise<VolumeSnapshot> {
    const { volume, facts } = toVolumeWithFacts(row);
    const [hosts, backups, source, settings] = await Promise.all([
      hostsOf(this.database, volume.resourceId),
      this.backupsOf(volume.id),
      volume.sourceBackupId ? this.#backups<Backup>(selectBackup, volume.sourceBackupId) : [],
      this.#settings.read(volume.resourceId),
    ]);
    return {
      volume,
      facts: facts as VolumeFacts,
      resource: { id: volume.resourceId, name: String(row['resourceName']) },
      isRemoved: row['isRemoved'] === true,
      removedAt: row['endedAt'] instanceof Date ? row['endedAt'] : null,
      hosts,
      backups,
      source: source[0] ?? null,
      settings,
    };
  }

  async #backups<Row extends Backup>(text: string, id: string): Promise<Row[]> {
    return (await orUnavailable(() => this.database.pool.query<Row>(text, [id]))).rows;
  }
}
