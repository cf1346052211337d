import { advanceIncident, type Advanced } from './advance-incident.js';
import type { Silence } from './alert-settings.js';
import type { PastFiring } from './damping.js';
import type { Incident, RuleName, Transition } from './incident.js';
import type { Observation } from './observation.js';
import { isOfAddon, rules } from './rules.js';

export interface Firing extends PastFiring {
  readonly rule: RuleName;
  readonly object: string;
}

export interface HostState {
  /** Those that are not resolved. What a store adds to them is kept. */
  readonly incidents: readonly Incident[];
  /** Of the last `firingMemoryMs`, oldest first. */
  readonly firings: readonly Firing[];
}

export interface HostSight {
  /** Null: no look brought anything since the last call. All but `host-silent` stays as it is. */
  readonly observations: readonly Observation[] | null;
  /** Null: nobody has looked. */
  readonly silence: Observation | null;
  /** Of the add-on, with its first host, whether that is silent or not; absent: nobody has looked. */
  readonly ofAddon?: readonly Observation[];
  readonly silences: readonly Silence[];
  /** The host is being changed or removed by us: nobody is told of anything. */
  readonly isMuted: boolean;
}

export interface HostChange {
  readonly incident: Incident;
  readonly transition: Transition | null;
}

/** One step of all incidents of a host. `changes` is what must be saved, `incidents` what is open afterwards. */
export function advanceHost(state: HostState, sight: HostSight, now: Date): { incidents: Incident[]; changes: HostChange[] } {
  const open = new Map(state.incidents.map((incident) => [keyOf(incident), incident]));
  const firings = Map.groupBy(state.firings, keyOf);
  const step = (observation: Observation): readonly [string, Advanced] => {
    const key = keyOf(observation);
    const circumstances = {
      isMuted: sight.isMuted || sight.silences.some((silence) => isSilenced(silence, observation, now)),
      earlierFirings: firings.get(key) ?? [],
    };
    return [key, advanceIncident(open.get(key) ?? null, observation, now, rules[observation.rule], circumstances)];
  };

  const silence = sight.silence ? [step(sight.silence)] : [];
  const isSilent = silence.some(([, { incident }]) => isOpen(incident) && incident.state !== 'pending');
  const all = (observations: readonly Observation[], ofAddon: boolean) =>
    [...observations, ...vanished(state.incidents, observations, ofAddon)].map(step);
  const others = sight.observations && !isSilent ? all(sight.observations, false) : [];
  const ofAddon = sight.ofAddon ? all(sight.ofAddon, true) : [];

  const changes: HostChange[] = [];
  for (const [key, { incident, transition }] of [...silence, ...others, ...ofAddon]) {
    if (!incident || incident === open.get(key)) continue;
    changes.push({ incident, transition });
    if (isOpen(incident)) open.set(key, incident);
    else open.delete(key);
  }
  return { incidents: [...open.values()], changes };
}

/** Objects that are no longer there are clear. A host's own values are never gone, only unknown. */
function vanished(incidents: readonly Incident[], observations: readonly Observation[], ofAddon: boolean): Observation[] {
  const seen = new Set(observations.map(keyOf));
  return incidents
    .filter((incident) => isOfAddon(incident.rule) === ofAddon && mayVanish(incident) && !seen.has(keyOf(incident)))
    .map(({ rule, object, value, threshold }) => ({ rule, object, value, threshold, isBad: false, isClear: true, isCritical: false }));
}

function mayVanish({ rule }: Incident): boolean {
  const { objectKind } = rules[rule];
  return objectKind !== 'host' && objectKind !== 'logs';
}

function isSilenced({ rule, object, until }: Silence, observation: Observation, now: Date): boolean {
  return until > now && (rule === null || rule === observation.rule) && (object === null || object === observation.object);
}

function isOpen(incident: Incident | null): incident is Incident {
  return incident !== null && incident.state !== 'resolved';
}

function keyOf({ rule, object }: { readonly rule: RuleName; readonly object: string }): string {
  return `${rule} ${object}`;
}
