import type { Disk, ScratchDisk } from '@dockhero/domain/ports/disks';
import type { Snapshot } from '@dockhero/domain/ports/snapshots';

export interface StoredThing {
  readonly kind: 'disk' | 'snapshot';
  readonly id: string;
  /** Which has it, though it is nobody's; of disks of checks only. */
  readonly instanceId?: string;
}

/**
 * What of EBS nobody needs, and which disks nobody knows. @param volumes ids, by whether their content may still be had.
 * @param backups those that may need a snapshot, with the one that is theirs, or null while it is being made.
 */
export function findVolumeOrphans(
  disks: readonly Pick<Disk, 'id' | 'volumeId'>[],
  snapshots: readonly Pick<Snapshot, 'id' | 'backupId'>[],
  volumes: { readonly known: ReadonlySet<string>; readonly forgotten: ReadonlySet<string> },
  backups: ReadonlyMap<string, string | null>,
): { orphans: StoredThing[]; unknown: Pick<Disk, 'id' | 'volumeId'>[] } {
  const forgotten = disks.filter(({ volumeId }) => volumeId !== null && volumes.forgotten.has(volumeId));
  const unknown = disks.filter(({ volumeId }) => volumeId === null || !(volumes.known.has(volumeId) || volumes.forgotten.has(volumeId)));
  const needless = snapshots.filter(({ id, backupId }) => {
    if (backupId === null) return false;
    const own = backups.get(backupId);
    return own === undefined || (own !== null && own !== id);
  });
  return {
    orphans: [
      ...forgotten.map(({ id }) => ({ kind: 'disk' as const, id })),
      ...needless.map(({ id }) => ({ kind: 'snapshot' as const, id })),
    ],
    unknown,
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
