import type { Incident } from '@dockhero/domain/monitoring/incident';
import { isOfAddon, rules } from '@dockhero/domain/monitoring/rules';
import type { WatchedHost } from '../watch/watched-hosts.js';

/** Looks again as soon as `for` is over: the next turn may come a whole interval later. */
export function lookWhenDecided(host: WatchedHost, incidents: readonly Incident[], now: Date): void {
  for (const { rule, state, pendingSince } of incidents) {
    const decidedMs = pendingSince.getTime() + rules[rule].forMs;
    if (state === 'pending' && !isOfAddon(rule) && decidedMs > now.getTime()) host.lookBy(decidedMs);
  }
}
