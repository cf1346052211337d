import type { KnownDisk } from '@dockhero/database/volumes-to-sweep';
import type { Disk } from '@dockhero/domain/ports/disks';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Ids of the volumes whose disk is not as the facts say, and of those that have a disk which the facts do not name. */
export function findDrifted(known: readonly KnownDisk[], disks: readonly Disk[]): string[] {
  const byId = new Map(disks.map((disk) => [disk.id, disk]));
  const named = new Set(known.map(({ ebsVolumeId }) => ebsVolumeId));
  const changed = known.filter((facts) => isOther(facts, byId.get(facts.ebsVolumeId ?? '')));
  const unnamed = disks.filter(({ id, state }) => !named.has(id) && state !== 'deleting').map(({ volumeId }) => volumeId);
  // A tag is anybody's text.
  const ids = unnamed.filter((id) => id !== null && uuid.test(id));
  return [...new Set([...changed.map(({ volumeId }) => volumeId), ...ids.flatMap((id) => id ?? [])])];
}

function isOther({ state, attachedInstanceId, sizeGib }: KnownDisk, disk: Disk | undefined): boolean {
  if (!disk) return state !== 'lost';
  const instanceId = disk.attachment?.instanceId ?? null;
  return (
    state === 'lost' ||
    instanceId !== attachedInstanceId ||
    (state === 'attached') !== (disk.attachment?.state === 'attached') ||
    disk.sizeGib !== sizeGib
  );
}
