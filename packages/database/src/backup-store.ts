import type { ResourceId } from '@dockhero/domain/resource';
import type { Backup, BackupKind } from '@dockhero/domain/volumes/backup';
import { orUnavailable, type Database } from './client.js';
import type { Lease } from './lease.js';
import { ownerHashSql } from './volume-rows.js';

export interface NewBackup {
  readonly resourceId: ResourceId;
  readonly volumeId: string;
  readonly generation: number;
  readonly kind: BackupKind;
  readonly note: string | null;
  /** As `OwnBackup` has it. */
  readonly replacedEbsVolumeId?: string;
  readonly sizeGib: number;
  readonly keepUntil: Date | null;
  readonly requestedAt: Date;
}

export type BackupPatch = Partial<
  Pick<
    Backup,
    | 'state'
    | 'note'
    | 'snapshotId'
    | 'consistency'
    | 'consistencyDetail'
    | 'frozenMs'
    | 'sizeGib'
    | 'changedBytes'
    | 'takenAt'
    | 'completedAt'
    | 'failure'
    | 'keepUntil'
  > & { failures: number; triedAt: Date; replacedEbsVolumeId: string | null }
>;

// Of the disk that there is: while a restore in place waits for its containers, that is not the one which is wanted.
const insertDaily = `
  INSERT INTO backups (id, resource_id, volume_id, generation, kind, size_gib, requested_at, owner_hash)
  SELECT gen_random_uuid(), v.resource_id, v.id, f.generation, 'daily', v.size_gib, $2, ${ownerHashSql('v.resource_id')}
  FROM volumes v JOIN volume_facts f ON f.volume_id = v.id WHERE v.id = ANY($1::uuid[]) AND NOT EXISTS (
    SELECT 1 FROM backups b WHERE b.volume_id = v.id AND b.kind = 'daily' AND (b.state IN ('requested', 'pending') OR b.requested_at > $2::timestamptz - interval '1 hour'))`;

/** Any number that no other lock of ours has. */
const dailyLock = 7_301_220;

/** Backups, as the worker writes them: with the volume's lease, but for the daily ones' beginning. */
export class BackupStore {
  constructor(private readonly database: Database) {}

  /** Wants one. Who may restore it later, after the resource is gone, is whoever owns the app now. */
  async request(lease: Lease, backup: NewBackup): Promise<void> {
    const { resourceId, volumeId, generation, kind, note, replacedEbsVolumeId = null, sizeGib, keepUntil, requestedAt } = backup;
    await lease.fenced(async (transaction) => {
      await transaction.$executeRawUnsafe(
        `INSERT INTO backups (id, resource_id, volume_id, generation, kind, note, replaced_ebs_volume_id, size_gib, keep_until, requested_at, owner_hash)
         VALUES (gen_random_uuid(), $1::uuid, $2::uuid, $3, $4, $5, $6, $7, $8, $9, ${ownerHashSql('$1::uuid')})`,
        resourceId,
        volumeId,
        generation,
        kind,
        note,
        replacedEbsVolumeId,
        sizeGib,
        keepUntil,
        requestedAt,
      );
    });
  }

  async record(lease: Lease, id: string, patch: BackupPatch): Promise<void> {
    await lease.fenced((transaction) => transaction.backup.update({ where: { id }, data: patch }));
  }

  /**
   * Takes a completed backup off the list, before its snapshot is deleted; not while a disk is still to be made of it. Who is about to restore it
   * holds the row: it is looked at again after that.
   * @param goneVolumeId a removed volume that nobody can have back any more: it needs nothing.
   * @returns whether it was.
   */
  async expire(lease: Lease, id: string, goneVolumeId: string | null): Promise<boolean> {
    return await lease.fenced(async (transaction) => {
      await transaction.$queryRaw`SELECT 1 FROM backups WHERE id = ${id}::uuid FOR UPDATE`;
      const needed = await transaction.$queryRaw<unknown[]>`
        SELECT 1 FROM volumes v LEFT JOIN volume_facts f ON f.volume_id = v.id
        WHERE v.source_backup_id = ${id}::uuid AND coalesce(f.generation, 0) < v.generation AND f.forgotten_at IS NULL
          AND NOT (v.desired = 'removed' AND v.id IS NOT DISTINCT FROM ${goneVolumeId}::uuid)
          AND EXISTS (SELECT 1 FROM resources r WHERE r.id = v.resource_id AND r.desired <> 'removed') LIMIT 1`;
      if (needed.length > 0) return false;
      await transaction.backup.updateMany({ where: { id, state: 'completed' }, data: { state: 'expired' } });
      return true;
    });
  }

  /** Wants a daily backup of each, unless one was wanted since `at`; several processes may do so at once. */
  async requestDaily(volumeIds: readonly string[], at: Date): Promise<void> {
    await orUnavailable(() =>
      this.database.$transaction(async (transaction) => {
        await transaction.$executeRaw`SELECT pg_advisory_xact_lock(${dailyLock})`;
        await transaction.$executeRawUnsafe(insertDaily, volumeIds, at);
      }),
    );
  }
}
