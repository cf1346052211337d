import type { IncidentChange } from '@dockhero/database/incident-store';
import { firingMemoryMs } from '@dockhero/domain/monitoring/damping';
import type { RuleName } from '@dockhero/domain/monitoring/incident';

export interface Firing {
  readonly rule: RuleName;
  readonly object: string;
  readonly firedAt: Date;
}

/** The firings of the last day, with those of these changes. */
export function firingsAfter(known: readonly Firing[], changes: readonly IncidentChange[], now: Date): readonly Firing[] {
  const fired = changes.flatMap(({ incident: { rule, object, firedAt } }) => {
    const isNew =
      firedAt && !known.some((one) => one.rule === rule && one.object === object && one.firedAt.getTime() === firedAt.getTime());
    return isNew ? [{ rule, object, firedAt }] : [];
  });
  if (fired.length === 0) return known;
  return [...known, ...fired].filter(({ firedAt }) => firedAt.getTime() > now.getTime() - firingMemoryMs);
}
