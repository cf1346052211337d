/** More candidates than this, and more than the share below, means that we look at the wrong database: then nothing is removed. */
const brakeCount = 5;
const brakeShare = 0.5;

/**
 * Which of `orphans` have been seen for `graceMs`, out of `total` things. `firstSeen` is kept from sweep to sweep: one sighting is never enough,
 * because a row may be written after its listing was made.
 */
export function findLasting<Orphan extends { readonly id: string }>(
  orphans: readonly Orphan[],
  total: number,
  firstSeen: Map<string, number>,
  now: number,
  graceMs: number,
): { due: Orphan[]; waiting: number; tooMany: boolean } {
  const ids = new Set(orphans.map(({ id }) => id));
  for (const id of firstSeen.keys()) if (!ids.has(id)) firstSeen.delete(id);
  const seenBefore = orphans.filter(({ id }) => firstSeen.has(id));
  for (const { id } of orphans) if (!firstSeen.has(id)) firstSeen.set(id, now);
  const due = seenBefore.filter(({ id }) => now - (firstSeen.get(id) ?? now) >= graceMs);
  const tooMany = due.length > brakeCount && due.length > total * brakeShare;
  return { due, waiting: orphans.length - due.length, tooMany };
}
