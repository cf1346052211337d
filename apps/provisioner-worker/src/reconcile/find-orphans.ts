import type { ResourceId } from '@dockhero/domain/resource';

export interface CloudThing {
  readonly kind: 'instance' | 'address' | 'group';
  readonly id: string;
  readonly resourceId: ResourceId | null;
}

/** More candidates than this, and more than the share below, means that we look at the wrong database: then nothing is removed. */
const brakeCount = 5;
const brakeShare = 0.5;

/**
 * Which of `things` belong to no living resource and have been so for `graceMs`. `firstSeen` is kept from sweep to sweep:
 * one sighting is never enough, because a row may be written after its listing was made.
 */
export function findOrphans(
  things: readonly CloudThing[],
  living: ReadonlySet<ResourceId>,
  firstSeen: Map<string, number>,
  now: number,
  graceMs: number,
): { due: CloudThing[]; waiting: number; tooMany: boolean } {
  const orphans = things.filter(({ resourceId }) => resourceId !== null && !living.has(resourceId));
  const ids = new Set(orphans.map(({ id }) => id));
  for (const id of firstSeen.keys()) if (!ids.has(id)) firstSeen.delete(id);
  const seenBefore = orphans.filter(({ id }) => firstSeen.has(id));
  for (const { id } of orphans) if (!firstSeen.has(id)) firstSeen.set(id, now);
  const due = seenBefore.filter(({ id }) => now - (firstSeen.get(id) ?? now) >= graceMs);
  const tooMany = due.length > brakeCount && due.length > things.length * brakeShare;
  return { due, waiting: orphans.length - due.length, tooMany };
}
