import type { HostSource } from '@dockhero/database/host-source-store';
import type { StoredTransition } from '@dockhero/database/alert-outbox';
import type { AlertGroup } from '@dockhero/domain/monitoring/alert-group';
import { gatherFacts, storedFacts } from '@dockhero/domain/monitoring/gather-facts';
import type { HostHistory } from '@dockhero/domain/monitoring/host-history';
import type { HostSample } from '@dockhero/domain/monitoring/host-sample';
import type { Incident } from '@dockhero/domain/monitoring/incident';
import type { Observation } from '@dockhero/domain/monitoring/observation';

/** Whose host it is, as messages name it. */
type Whose = Pick<HostSource, 'appName' | 'resourceName' | 'plan' | 'hostIndex' | 'hostCount'>;

/** All that a message says beside its incident, as it was then: it waits in the database with it. @param ofAddon what was seen of the add-on. */
export function factsOf(
  incident: Incident,
  sample: HostSample | null,
  history: HostHistory,
  source: Whose,
  ofAddon: readonly Observation[] = [],
): Record<string, unknown> {
  const { appName, resourceName, plan, hostIndex, hostCount } = source;
  const whose: Whose = { appName, resourceName, plan, hostIndex, hostCount };
  const { note = null } = ofAddon.find(({ rule, object }) => rule === incident.rule && object === incident.object) ?? {};
  return { ...gatherFacts(incident, sample, history), note, whose };
}

/** The group that stored transitions make: named as at the last of them. */
export function groupOf(transitions: readonly StoredTransition[]): AlertGroup {
  const { appName, resourceName, plan, hostCount } = whoseOf(transitions.at(-1));
  const alerts = transitions.map((transition) => {
    const { kind, at, incident, facts } = transition;
    return { kind, at, incident, hostIndex: whoseOf(transition).hostIndex, facts: storedFacts(facts) };
  });
  return { appName, resourceName, plan, hostCount, alerts };
}

function whoseOf(transition: StoredTransition | undefined): Whose {
  const unknown: Whose = { appName: null, resourceName: 'dockhero', plan: '', hostIndex: 0, hostCount: 1 };
  return { ...unknown, ...(transition?.facts['whose'] as Whose | undefined) };
}
