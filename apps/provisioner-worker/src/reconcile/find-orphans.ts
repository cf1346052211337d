import type { ResourceId } from '@dockhero/domain/resource';
import { findLasting } from './find-lasting.js';

export interface CloudThing {
  readonly kind: 'instance' | 'address' | 'group';
  readonly id: string;
  readonly resourceId: ResourceId | null;
}

/** Which of `things` belong to no living resource and have been so for `graceMs`. `firstSeen` is kept from sweep to sweep. */
export function findOrphans(
  things: readonly CloudThing[],
  living: ReadonlySet<ResourceId>,
  firstSeen: Map<string, number>,
  now: number,
  graceMs: number,
): { due: CloudThing[]; waiting: number; tooMany: boolean } {
  const orphans = things.filter(({ resourceId }) => resourceId !== null && !living.has(resourceId));
  return findLasting(orphans, things.length, firstSeen, now, graceMs);
}
