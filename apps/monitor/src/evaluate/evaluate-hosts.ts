import type { IncidentChange, IncidentStore } from '@dockhero/database/incident-store';
import { hasCode } from '@dockhero/domain/errors';
import { advanceHost, type Firing, type HostSight } from '@dockhero/domain/monitoring/advance-host';
import { defaultThresholds } from '@dockhero/domain/monitoring/alert-settings';
import { firingMemoryMs } from '@dockhero/domain/monitoring/damping';
import { emptyHistory, remember, rememberDisk, type HostHistory } from '@dockhero/domain/monitoring/host-history';
import type { HostSample } from '@dockhero/domain/monitoring/host-sample';
import type { Incident } from '@dockhero/domain/monitoring/incident';
import { observeHost, observeSilence } from '@dockhero/domain/monitoring/observe-host';
import type { Observation } from '@dockhero/domain/monitoring/observation';
import type { Logger } from 'pino';
import { BoundedWork } from '../bounded-work.js';
import type { MonitorMetrics } from '../monitor-metrics.js';
import { factsOf } from '../notify/alert-facts.js';
import type { SampleTaker } from '../sample/sample-hosts.js';
import type { ResourceSettings } from '../settings/resource-settings.js';
import type { HostKeeper, WatchedHost } from '../watch/watched-hosts.js';
import { firingsAfter } from './firings-after.js';
import { lookWhenDecided } from './look-when-decided.js';
import type { SilenceGuard } from './silence-guard.js';

const tickMs = 1_000;
/** One look that brings nothing is no silence: it may be the network's, or ours. */
const failuresOfSilence = 2;
/** At once. When thousands of hosts fall silent together, leases must be renewed and messages go out by the same few connections. */
const writesMax = 3;
/** How far back growth of a disk is looked at. */
const growthMs = 6 * 3_600_000;

type Seen = Pick<HostSight, 'observations' | 'silence' | 'ofAddon'>;

/** What is remembered of a host; all but the history of its counters is in the database too. */
interface Judged {
  history: HostHistory;
  incidents: readonly Incident[];
  firings: readonly Firing[];
  /** Changes of which it is not known whether they are stored: the same again, before anything else is judged. */
  unsaved: { readonly changes: readonly IncidentChange[]; readonly incidents: readonly Incident[] } | null;
  isQueued: boolean;
  saving: Promise<void> | null;
  /** Another has the host, or had it meanwhile: it is read anew, as soon as that can be done, if the host is still ours. */
  isOld: boolean;
}

export interface EvaluationStores {
  readonly incidents: Pick<IncidentStore, 'open' | 'firings' | 'save'>;
  /** How `/` of hosts has filled since a time, oldest first. */
  readonly diskGrowth: (
    hostIds: readonly string[],
    since: Date,
  ) => Promise<ReadonlyMap<string, readonly { readonly at: Date; readonly usedBytes: number }[]>>;
}

/**
 * Judges each sample, and each second the hosts that bring none, by the rules; writes what changes, with what people are to be told, in one
 * transaction under the host's lease.
 */
export class EvaluateHosts implements SampleTaker, HostKeeper {
  readonly #judged = new Map<WatchedHost, Judged>();
  readonly #writes = new BoundedWork(writesMax);
  #ticking: NodeJS.Timeout | undefined;

  constructor(
    private readonly memberId: string,
    private readonly stores: EvaluationStores,
    private readonly settings: ResourceSettings,
    private readonly guard: Pick<SilenceGuard, 'note' | 'isHolding' | 'blindUntilMs'>,
    private readonly outside: { readonly now: () => Date; readonly metrics: MonitorMetrics; readonly logger: Logger },
  ) {}

  start(): void {
    this.#ticking = setInterval(() => this.tick(), tickMs);
  }

  stop(): void {
    clearInterval(this.#ticking);
  }

  /** Reads back what is open, so that a restart neither tells again nor forgets. */
  async begin(hosts: readonly WatchedHost[]): Promise<void> {
    const hostIds = hosts.map(({ source }) => source.hostId);
    const nowMs = this.outside.now().getTime();
    await this.settings.need(hosts.map(({ source }) => source.resourceId));
    const [open, firings, growth] = await Promise.all([
      this.stores.incidents.open(hostIds),
      this.stores.incidents.firings(hostIds, new Date(nowMs - firingMemoryMs)),
      this.stores.diskGrowth(hostIds, new Date(nowMs - growthMs)),
    ]);
    const firingsOf = Map.groupBy(firings, ({ hostId }) => hostId);
    for (const host of hosts) {
      const { hostId } = host.source;
      const incidents: readonly Incident[] = open.get(hostId) ?? [];
      const history = rememberDisk(emptyHistory, '/', growth.get(hostId) ?? []);
      const fresh = { unsaved: null, isQueued: false, saving: null, isOld: false };
      this.#judged.set(host, { history, incidents, firings: firingsOf.get(hostId) ?? [], ...fresh });
    }
  }

  async end(hosts: readonly WatchedHost[]): Promise<void> {
    const saving = hosts.flatMap((host) => this.#judged.get(host)?.saving ?? []);
    for (const host of hosts) this.#judged.delete(host);
    await Promise.all(saving);
    // One whose lease was lost just then has been read anew.
    for (const host of hosts) this.#judged.delete(host);
  }

  take(host: WatchedHost, sample: HostSample): void {
    const judged = this.#judged.get(host);
    if (!judged) return;
    judged.history = remember(judged.history, sample);
    const thresholds = this.settings.of(host.source.resourceId)?.settings.thresholds ?? defaultThresholds;
    this.#advance(host, judged, { observations: observeHost(sample, judged.history, thresholds), silence: this.#silenceOf(host) });
  }

  /** Judges what the control plane itself knows of the add-on of this host, its first; whether the host answers is another matter. */
  takeAddon(host: WatchedHost, ofAddon: readonly Observation[]): void {
    const judged = this.#judged.get(host);
    if (judged) this.#advance(host, judged, { observations: null, silence: null, ofAddon });
  }

  /** Judges the hosts that do not answer, and writes what could not be written. */
  tick(): void {
    this.#noteSight();
    for (const [host, judged] of this.#judged) {
      if (judged.unsaved) this.#save(host, judged);
      else if (host.failures >= failuresOfSilence && this.#mayFallSilent(judged))
        this.#advance(host, judged, { observations: null, silence: this.#silenceOf(host) });
    }
  }

  /** One look that brings nothing counts here: all must be counted before the first is called silent. Hosts that nobody has looked at say nothing. */
  #noteSight(): void {
    let [hosts, silent] = [0, 0];
    for (const [host, { incidents }] of this.#judged) {
      if (isKnownSilent(incidents) || (!host.sample && host.failures === 0)) continue;
      hosts += 1;
      if (host.failures > 0) silent += 1;
    }
    this.guard.note({ hosts, silent });
  }

  #mayFallSilent({ incidents }: Judged): boolean {
    return !this.guard.isHolding || isKnownSilent(incidents);
  }

  #silenceOf({ sample, watchedSince }: WatchedHost): Observation {
    const since = new Date(Math.max(watchedSince.getTime(), this.guard.blindUntilMs));
    return observeSilence({ lastSampleAt: sample?.at ?? null, watchedSince: since }, this.outside.now());
  }

  #advance(host: WatchedHost, judged: Judged, seen: Seen): void {
    // What is not stored has not happened: the next look is judged once it is.
    if (judged.unsaved) return;
    const now = this.outside.now();
    const { source, sample } = host;
    const { incidents, changes } = advanceHost(
      { incidents: judged.incidents, firings: judged.firings },
      { ...seen, silences: this.settings.of(source.resourceId)?.silences ?? [], isMuted: source.isChanging },
      now,
    );
    lookWhenDecided(host, incidents, now);
    if (changes.length === 0) {
      judged.incidents = incidents;
      return;
    }
    const withFacts = changes.map(({ incident, transition }): IncidentChange => ({
      incident,
      transition,
      ...(transition ? { facts: factsOf(incident, sample, judged.history, source, seen.ofAddon) } : {}),
    }));
    judged.unsaved = { changes: withFacts, incidents };
    this.#save(host, judged);
  }

  #save(host: WatchedHost, judged: Judged): void {
    if (judged.isQueued || judged.saving) return;
    judged.isQueued = true;
    this.#writes.add(async () => {
      judged.isQueued = false;
      // Dropped while it waited: whoever has the host now judges it by what is stored.
      if (this.#judged.get(host) !== judged) return;
      judged.saving = this.#write(host, judged).finally(() => (judged.saving = null));
      await judged.saving;
    });
  }

  async #write(host: WatchedHost, judged: Judged): Promise<void> {
    const { unsaved } = judged;
    if (!unsaved) return;
    const { metrics, logger, now } = this.outside;
    const { hostId, resourceId } = host.source;
    try {
      if (judged.isOld) return await this.begin([host]);
      await this.stores.incidents.save(this.memberId, hostId, unsaved.changes);
    } catch (error) {
      judged.isOld ||= hasCode(error, 'lease_lost');
      logger.warn({ error, resourceId, hostId }, 'changes of incidents could not be written');
      return;
    }
    judged.unsaved = null;
    judged.incidents = unsaved.incidents;
    judged.firings = firingsAfter(judged.firings, unsaved.changes, now());
    for (const { transition } of unsaved.changes) {
      if (!transition) continue;
      metrics.transitions.inc({ kind: transition.kind });
      const { rule, object } = transition.incident;
      logger.info({ resourceId, hostId, rule, object, kind: transition.kind }, 'an incident changed');
    }
  }
}

function isKnownSilent(incidents: readonly Incident[]): boolean {
  return incidents.some(({ rule }) => rule === 'host-silent');
}
