/** Hosts ask for the list every 20 s and give open sessions 10 s; the rest is for slow networks. See docs/decisions/0010. */
const promiseMs = 60_000;

/** When every host that runs and reaches us refuses what was revoked, at the latest; ISO 8601. */
export function effectiveBy(revokedAt: Date): string {
  return new Date(revokedAt.getTime() + promiseMs).toISOString();
}
