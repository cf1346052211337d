import { createHash } from 'node:crypto';

/**
 * Which hosts are `memberId`'s: each goes to the member with the highest hash of both (rendezvous hashing). All members come to the same
 * answer without a word; one more member takes its share and moves nothing else, one less leaves only its own to the others.
 */
export function shareOf(memberId: string, members: readonly string[], hostIds: readonly string[]): string[] {
  return hostIds.filter((hostId) => {
    const own = weight(memberId, hostId);
    return members.every((other) => other === memberId || compare(own, weight(other, hostId), memberId, other) > 0);
  });
}

function compare(own: string, others: string, ownId: string, otherId: string): number {
  if (own !== others) return own > others ? 1 : -1;
  return ownId > otherId ? 1 : -1;
}

function weight(memberId: string, hostId: string): string {
  return createHash('md5').update(`${memberId}/${hostId}`).digest('hex');
}
