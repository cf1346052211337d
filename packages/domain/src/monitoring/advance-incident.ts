import { dampingOf, isCriticalKnown, isQuiet, type PastFiring } from './damping.js';
import type { Incident, Transition, TransitionKind } from './incident.js';
import type { Observation } from './observation.js';
import type { Rule } from './rules.js';

/** A restart of ours, or a host that is away for so long, does not break `for`. */
const holeMs = 10 * 60_000;

export interface Circumstances {
  /** It is recorded, but nobody is told. */
  readonly isMuted: boolean;
  /** Of the same rule for the same object before, within `firingMemoryMs`; oldest first. The incident's own may be among them. */
  readonly earlierFirings: readonly PastFiring[];
}

export interface Advanced {
  /** Null: nothing is wrong and nothing was. `resolved` without `firedAt`: it never came to anything, and leaves no trace. */
  readonly incident: Incident | null;
  /** What people are told; null: nothing. */
  readonly transition: Transition | null;
}

/**
 * One step: inactive, pending (bad, but not for `forMs`), firing, clearing (clear, but not for `keepMs`), resolved.
 *
 * People are told of what fires, of a rise to critical, that it goes on, and of the end; of the end only if they were told of the beginning. Muted,
 * the incident lives on without a word. When the mute ends while it still fires, they are told then, with the time at which it fired. The level never
 * falls again: a value that hovers around the critical level would otherwise say so again and again. Of what is damped they are told once when it is critical.
 */
export function advanceIncident(
  incident: Incident | null,
  observation: Observation,
  now: Date,
  rule: Rule,
  circumstances: Circumstances,
): Advanced {
  const { isMuted, earlierFirings } = circumstances;
  const before = incident?.state === 'resolved' ? null : incident;
  const { value } = observation;
  if (value === null || (!before && !observation.isBad)) return { incident: before, transition: null };
  const measured = before ? measure(before, observation, value, rule) : begin(observation, value, now);
  const isClear = observation.isClear || isNoLonger(measured, observation, rule);
  switch (measured.state) {
    case 'pending': {
      if (!observation.isBad) return { incident: { ...measured, state: 'resolved', resolvedAt: now }, transition: null };
      // It would have fired long ago: nobody has looked meanwhile, and two bad looks with nothing known in between are no `for`.
      const isUnwatched = hasLasted(measured.pendingSince, rule.forMs + holeMs, now);
      const pending = isUnwatched ? begin(observation, value, now) : measured;
      if (!hasLasted(pending.pendingSince, rule.forMs, now)) return { incident: pending, transition: null };
      const damping = dampingOf(
        earlierFirings.map(({ firedAt }) => firedAt),
        now,
      );
      const isDamped = damping === 'damped' && !isNews(levelOf(observation), earlierFirings, now);
      const firing: Incident = { ...pending, state: 'firing', level: levelOf(observation), firedAt: now, isDamped };
      return isMuted || firing.isDamped
        ? { incident: firing, transition: null }
        : tell(firing, damping === 'unstable' ? 'unstable' : 'fired', now);
    }
    case 'firing':
      return isClear
        ? clear({ ...measured, state: 'clearing', clearSince: now }, rule, now, isMuted)
        : goOn(measured, observation, rule, now, circumstances);
    case 'clearing':
      return isClear
        ? clear(measured, rule, now, isMuted)
        : goOn({ ...measured, state: 'firing', clearSince: null }, observation, rule, now, circumstances);
    case 'resolved':
      return { incident: measured, transition: null };
  }
}

function begin(observation: Observation, value: number, now: Date): Incident {
  return {
    rule: observation.rule,
    object: observation.object,
    state: 'pending',
    level: levelOf(observation),
    pendingSince: new Date(now.getTime() - (observation.badForMs ?? 0)),
    firedAt: null,
    clearSince: null,
    resolvedAt: null,
    value,
    peak: value,
    threshold: observation.threshold,
    notifiedAt: null,
    isDamped: false,
  };
}

/**
 * Its owner finds what it fires for all right now: the threshold was moved beyond the value. The band below the new one is for values that were above that.
 * @param incident with the threshold that it was last above.
 */
function isNoLonger({ threshold }: Incident, observation: Observation, { worse }: Rule): boolean {
  const isEasier = worse === 'higher' ? observation.threshold > threshold : observation.threshold < threshold;
  return isEasier && !observation.isBad;
}

/** The same object when nothing has changed: then there is nothing to save. */
function measure(incident: Incident, observation: Observation, value: number, { worse }: Rule): Incident {
  const { threshold } = observation.isBad ? observation : incident;
  const peak = worse === 'higher' ? Math.max(incident.peak, value) : Math.min(incident.peak, value);
  const isSame = incident.value === value && incident.peak === peak && incident.threshold === threshold;
  return isSame ? incident : { ...incident, value, peak, threshold };
}

/** It fires still: is there something new to say? */
function goOn(
  incident: Incident,
  observation: Observation,
  { remindMs }: Rule,
  now: Date,
  { isMuted, earlierFirings }: Circumstances,
): Advanced {
  const { notifiedAt, firedAt } = incident;
  const isWorse = incident.level === 'warning' && observation.isCritical;
  if (notifiedAt === null) {
    const firing: Incident = isWorse ? { ...incident, level: 'critical' } : incident;
    const mayTell = !isMuted && (!incident.isDamped || isQuiet(firedAt ?? now, now) || isNews(firing.level, earlierFirings, now));
    return mayTell ? tell({ ...firing, isDamped: false }, 'fired', now) : { incident: firing, transition: null };
  }
  // While muted the level stays what people know: they are told of the rise when the mute ends, if it is still there.
  if (isMuted) return { incident, transition: null };
  if (isWorse) return tell({ ...incident, level: 'critical' }, 'escalated', now);
  const isDue = remindMs !== null && hasLasted(notifiedAt, remindMs, now);
  return isDue ? tell(incident, 'reminded', now) : { incident, transition: null };
}

function clear(incident: Incident, rule: Rule, now: Date, isMuted: boolean): Advanced {
  if (!hasLasted(incident.clearSince ?? now, rule.keepMs, now)) return { incident, transition: null };
  const resolved: Incident = { ...incident, state: 'resolved', resolvedAt: now };
  return isMuted || incident.notifiedAt === null ? { incident: resolved, transition: null } : tell(resolved, 'resolved', now);
}

function tell(incident: Incident, kind: TransitionKind, now: Date): Advanced {
  const told: Incident = { ...incident, notifiedAt: now };
  return { incident: told, transition: { kind, at: now, incident: told } };
}

function isNews(level: Incident['level'], earlierFirings: readonly PastFiring[], now: Date): boolean {
  return level === 'critical' && !isCriticalKnown(earlierFirings, now);
}

function levelOf({ isCritical }: Observation): Incident['level'] {
  return isCritical ? 'critical' : 'warning';
}

function hasLasted(since: Date, ms: number, now: Date): boolean {
  return now.getTime() - since.getTime() >= ms;
}
