/** Pause before each retry of a backup that failed, in milliseconds: an outage of an hour costs no backup. */
const pausesMs = [5_000, 15_000, 45_000, 135_000, 405_000, 1_215_000, 1_800_000, 1_800_000];

/** Tries of a backup until it is given up: after an hour and a half. */
export const backupTriesMax = pausesMs.length + 1;

/**
 * When a backup is to be tried next: counted from its request, and never sooner after the last try than its pause; what had to wait for hours before
 * its first try has all of them still. @param failures tries that have failed. @param triedAt when the last one did.
 */
export function nextTryAt(requestedAt: Date, failures: number, triedAt: Date | null): Date {
  const planned = requestedAt.getTime() + pausesMs.slice(0, failures).reduce((sum, ms) => sum + ms, 0);
  const rested = triedAt === null ? 0 : triedAt.getTime() + (pausesMs[failures - 1] ?? 0);
  return new Date(Math.max(planned, rested));
}
