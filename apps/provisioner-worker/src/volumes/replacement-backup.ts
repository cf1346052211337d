import type { OwnBackup } from '@dockhero/database/volume-facts-store';
import type { Disk } from '@dockhero/domain/ports/disks';
import { dayMs } from '@dockhero/domain/volumes/backup-schedule';
import { changeKeepDays } from '@dockhero/domain/volumes/retention';
import type { VolumePass } from './volume-pass.js';

// Before a disk is deleted because another takes its place, what it holds is in a backup that names it. The disk is at no host then. Should it come to one
// again, since the move that the backup was made for was given up, the backup names it no more: whatever is written from then on is not in there.

/** The newest one of this disk that has not failed. @param since one that was taken before does not count; null: all do. */
export function savedContent({ backups }: VolumePass, disk: Disk, since: Date | null): OwnBackup | null {
  return (
    backups.findLast(
      (backup) =>
        backup.replacedEbsVolumeId === disk.id &&
        ['requested', 'pending', 'completed'].includes(backup.state) &&
        (since === null || (backup.takenAt ?? backup.requestedAt) >= since),
    ) ?? null
  );
}

export function isSaved({ state, snapshotId }: OwnBackup): boolean {
  return state === 'completed' && snapshotId !== null;
}

export async function requestReplacementBackup(pass: VolumePass, disk: Disk): Promise<void> {
  const now = Date.now();
  await pass.requestBackup({
    generation: disk.generation ?? pass.volume.generation,
    kind: 'change',
    note: `what ${disk.id} held before it was replaced`,
    replacedEbsVolumeId: disk.id,
    sizeGib: disk.sizeGib,
    keepUntil: new Date(now + changeKeepDays * dayMs),
    requestedAt: new Date(now),
  });
}
