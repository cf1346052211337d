import type { ResourceId } from '@dockhero/domain/resource';
import type { DailyBackups } from '@dockhero/domain/volumes/backup-schedule';
import type { VolumeFacts } from '@dockhero/domain/volumes/volume';
import { orUnavailable, type Database } from './client.js';

const removed = `(v.desired = 'removed' OR r.desired = 'removed' OR c.gave_up_at IS NOT NULL OR c.removed_at IS NOT NULL)`;
const tables = `volumes v JOIN resources r ON r.id = v.resource_id LEFT JOIN clusters c ON c.resource_id = r.id
  LEFT JOIN volume_facts f ON f.volume_id = v.id`;
const openBackup = `EXISTS (SELECT 1 FROM backups b WHERE b.volume_id = v.id AND (b.state IN ('requested', 'pending')
  OR (b.state = 'completed' AND b.keep_until < now()) OR (b.state = 'expired' AND b.snapshot_id IS NOT NULL)))
  OR EXISTS (SELECT 1 FROM verifications x WHERE x.volume_id = v.id AND x.phase <> 'resting')`;

/**
 * Ids for the sweep of each minute: volumes whose facts lag behind what is desired, that wait for something, that have backups to be made or
 * deleted, or that are to be forgotten. Those in trouble only when somebody has wanted something else since.
 */
export async function unsettledVolumes(database: Database, limit = 10_000): Promise<string[]> {
  return await ids(
    database,
    `SELECT v.id FROM ${tables} WHERE f.forgotten_at IS NULL AND (f.volume_id IS NULL OR f.seen_version < v.desired_version
       OR ${openBackup} OR (f.attention_code IS NULL
         AND (f.observed_version < v.desired_version OR f.step IS NOT NULL OR f.failures > 0 OR ${removed})))
     ORDER BY v.created_at LIMIT $1`,
    [limit],
  );
}

/** Ids of volumes that need a person, and deserve another try now and then. */
export async function troubledVolumes(database: Database, limit = 10_000): Promise<string[]> {
  return await ids(database, 'SELECT volume_id AS id FROM volume_facts WHERE attention_code IS NOT NULL LIMIT $1', [limit]);
}

export type KnownDisk = Pick<VolumeFacts, 'volumeId' | 'ebsVolumeId' | 'state' | 'attachedInstanceId' | 'sizeGib'>;

/** What the facts say of all disks that should be there: to be compared with what AWS has. */
export async function knownDisks(database: Database): Promise<KnownDisk[]> {
  const { rows } = await orUnavailable(() =>
    database.pool.query<KnownDisk>(
      `SELECT f.volume_id AS "volumeId", f.ebs_volume_id AS "ebsVolumeId", f.state, f.attached_instance_id AS "attachedInstanceId", f.size_gib AS "sizeGib"
       FROM volume_facts f WHERE f.ebs_volume_id IS NOT NULL AND f.state <> 'deleted' AND f.forgotten_at IS NULL`,
    ),
  );
  return rows;
}

/** A volume with daily backups; of its resource, only what somebody has set. */
export interface DailyVolume extends Omit<DailyBackups, 'windowHour'> {
  readonly resourceId: ResourceId;
}

/** Every volume that is wanted with daily backups and has held something, but for those that one is being made of. One that was found damaged counts for nothing. */
export async function dailyVolumes(database: Database, now: Date): Promise<DailyVolume[]> {
  const { rows } = await orUnavailable(() =>
    database.pool.query<DailyVolume>(
      `SELECT v.id AS "volumeId", v.resource_id AS "resourceId", v.created_at AS "createdAt", CASE WHEN f.attached_instance_id IS NOT NULL THEN $1::timestamptz ELSE f.last_attached_at END AS "lastAttachedAt",
         b."lastDailyAt", b."lastCompletedTakenAt"
       FROM ${tables} LEFT JOIN LATERAL (
         SELECT max(requested_at) FILTER (WHERE kind = 'daily') AS "lastDailyAt", max(taken_at) FILTER (WHERE state = 'completed' AND verification IS DISTINCT FROM 'failed') AS "lastCompletedTakenAt",
           bool_or(kind = 'daily' AND state IN ('requested', 'pending')) AS "isUnderWay"
         FROM backups WHERE volume_id = v.id
       ) b ON true
       WHERE NOT ${removed} AND v.backups = 'daily' AND f.last_attached_at IS NOT NULL
         AND (f.generation = v.generation OR f.attached_instance_id IS NOT NULL) AND b."isUnderWay" IS NOT TRUE`,
      [now],
    ),
  );
  return rows;
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Which of these volumes are known and not forgotten: their disks belong to somebody. */
export async function livingVolumes(
  database: Database,
  candidates: readonly string[],
): Promise<{ known: Set<string>; forgotten: Set<string> }> {
  const { rows } = await orUnavailable(() =>
    database.pool.query<{ id: string; isForgotten: boolean }>(
      `SELECT v.id, f.forgotten_at IS NOT NULL AS "isForgotten" FROM volumes v LEFT JOIN volume_facts f ON f.volume_id = v.id WHERE v.id = ANY($1::uuid[])`,
      // A tag is anybody's text; what is no uuid is no id of ours.
      [candidates.filter((id) => uuid.test(id))],
    ),
  );
  const idsOf = (isForgotten: boolean) => new Set(rows.filter((row) => row.isForgotten === isForgotten).map(({ id }) => id));
  return { known: idsOf(false), forgotten: idsOf(true) };
}

/** Of what is known of a backup: whether it may still need a snapshot, and which is its own, or null while that is being made. */
export interface KnownBackup {
  readonly isLiving: boolean;
  readonly snapshotId: string | null;
}

/** Those of these backups that are known. */
export async function knownBackups(database: Database, candidates: readonly string[]): Promise<Map<string, KnownBackup>> {
  const { rows } = await orUnavailable(() =>
    database.pool.query<KnownBackup & { id: string }>(
      `SELECT id, snapshot_id AS "snapshotId", state IN ('requested', 'pending', 'completed') AS "isLiving" FROM backups WHERE id = ANY($1::uuid[])`,
      [candidates.filter((id) => uuid.test(id))],
    ),
  );
  return new Map(rows.map(({ id, ...backup }) => [id, backup]));
}

export interface HeldBackup {
  readonly id: string;
  readonly volumeId: string;
  readonly snapshotId: string;
}

/** Backups that somebody can restore, completed before `until`: AWS must have their snapshots. */
export async function restorableBackups(database: Database, until: Date): Promise<HeldBackup[]> {
  const { rows } = await orUnavailable(() =>
    database.pool.query<HeldBackup>(
      `SELECT id, volume_id AS "volumeId", snapshot_id AS "snapshotId" FROM backups
       WHERE state = 'completed' AND snapshot_id IS NOT NULL AND completed_at < $1`,
      [until],
    ),
  );
  return rows;
}

async function ids(database: Database, text: string, values: unknown[]): Promise<string[]> {
  const { rows } = await orUnavailable(() => database.pool.query<{ id: string }>(text, values));
  return rows.map(({ id }) => id);
}
