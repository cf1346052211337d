import type { Incident, Transition, TransitionKind } from '@dockhero/domain/monitoring/incident';

/** A disk that fires. */
export function incident(patch: Partial<Incident> = {}): Incident {
  return {
    rule: 'disk',
    object: '/',
    state: 'firing',
    level: 'warning',
    pendingSince: new Date('2026-11-26T12:00:00.123Z'),
    firedAt: new Date('2026-11-26T12:00:30Z'),
    clearSince: null,
    resolvedAt: null,
    value: 0.91,
    peak: 0.92,
    threshold: 0.9,
    notifiedAt: null,
    isDamped: false,
    ...patch,
  };
}

export function transition(of: Incident, kind: TransitionKind = 'fired', at = new Date('2026-11-26T12:00:30Z')): Transition {
  return { kind, at, incident: of };
}
