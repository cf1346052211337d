import type { IncidentChange } from '@dockhero/database/incident-store';
import type { Firing } from '@dockhero/domain/monitoring/advance-host';
import { firingMemoryMs } from '@dockhero/domain/monitoring/damping';

/** The firings of the last day, with those of these changes as they are now. */
export function firingsAfter(known: readonly Firing[], changes: readonly IncidentChange[], now: Date): readonly Firing[] {
  const fired = changes.flatMap(({ incident: { rule, object, firedAt, level, notifiedAt } }): Firing[] =>
    firedAt ? [{ rule, object, firedAt, isCriticalTold: level === 'critical' && notifiedAt !== null }] : [],
  );
  if (fired.length === 0) return known;
  // An object's own are in order: what changes is the last of them.
  const byKey = new Map([...known, ...fired].map((firing) => [keyOf(firing), firing]));
  return [...byKey.values()].filter(({ firedAt }) => firedAt.getTime() > now.getTime() - firingMemoryMs);
}

function keyOf({ rule, object, firedAt }: Firing): string {
  return `${rule} ${object} ${String(firedAt.getTime())}`;
}
