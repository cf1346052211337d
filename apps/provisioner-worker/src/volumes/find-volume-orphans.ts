import type { KnownBackup } from '@dockhero/database/volumes-to-sweep';
import type { Disk, ScratchDisk } from '@dockhero/domain/ports/disks';
import type { Snapshot } from '@dockhero/domain/ports/snapshots';

export interface StoredThing {
  readonly kind: 'disk' | 'snapshot';
  readonly id: string;
  /** Which has it, though it is nobody's; of disks of checks only. */
  readonly instanceId?: string;
}

/** Something that carries the tag of a volume, or of a backup, that is not in the database. */
export interface UnknownThing extends StoredThing {
  readonly of: string | null;
}

/**
 * What of EBS nobody needs, and what nobody knows: a row is there before its disk or snapshot is made, so that one without a row is of a database
 * that had a later state than this one. @param volumes ids, by whether their content may still be had. @param backups those that are known.
 */
export function findVolumeOrphans(
  disks: readonly Pick<Disk, 'id' | 'volumeId'>[],
  snapshots: readonly Pick<Snapshot, 'id' | 'backupId'>[],
  volumes: { readonly known: ReadonlySet<string>; readonly forgotten: ReadonlySet<string> },
  backups: ReadonlyMap<string, KnownBackup>,
): { orphans: StoredThing[]; unknown: UnknownThing[] } {
  const forgotten = disks.filter(({ volumeId }) => volumeId !== null && volumes.forgotten.has(volumeId));
  const strange = disks.filter(({ volumeId }) => volumeId === null || !(volumes.known.has(volumeId) || volumes.forgotten.has(volumeId)));
  const needless = snapshots.filter(({ id, backupId }) => {
    const backup = backups.get(backupId ?? '');
    return backup !== undefined && (!backup.isLiving || (backup.snapshotId !== null && backup.snapshotId !== id));
  });
  const odd = snapshots.filter(({ backupId }) => backupId !== null && !backups.has(backupId));
  return {
    orphans: [
      ...forgotten.map(({ id }) => ({ kind: 'disk' as const, id })),
      ...needless.map(({ id }) => ({ kind: 'snapshot' as const, id })),
    ],
    unknown: [
      ...strange.map(({ id, volumeId }) => ({ kind: 'disk' as const, id, of: volumeId })),
      ...odd.map(({ id, backupId }) => ({ kind: 'snapshot' as const, id, of: backupId })),
    ],
  };
}

/** Disks that were made to verify a backup, and are left. @param verified backups that are being verified. */
export function findScratchOrphans(
  disks: readonly Pick<ScratchDisk, 'id' | 'backupId' | 'attachment' | 'state'>[],
  verified: ReadonlySet<string>,
): StoredThing[] {
  return disks
    .filter(({ backupId, state }) => state !== 'deleting' && !verified.has(backupId))
    .map(({ id, attachment }) => ({ kind: 'disk' as const, id, ...(attachment ? { instanceId: attachment.instanceId } : {}) }));
}
