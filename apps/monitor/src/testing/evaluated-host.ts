import type { IncidentChange } from '@dockhero/database/incident-store';
import type { StoredIncident } from '@dockhero/database/incident-rows';
import type { AppError } from '@dockhero/domain/errors';
import { defaultThresholds } from '@dockhero/domain/monitoring/alert-settings';
import type { Sight } from '@dockhero/domain/monitoring/mass-silence';
import { EvaluateHosts } from '../evaluate/evaluate-hosts.js';
import { parseMetrics } from '../sample/parse-metrics.js';
import type { ResourceSettings } from '../settings/resource-settings.js';
import { WatchedHost } from '../watch/watched-hosts.js';
import { agentText } from './agent-text.js';
import { hostSource, Outside } from './hosts.js';

const second = 1_000;
const settings = {
  need: async () => {},
  of: () => ({ settings: { thresholds: defaultThresholds }, silences: [] }),
} as unknown as ResourceSettings;

/** Incidents as Postgres has them, for one host. */
export class MemoryIncidents {
  readonly saved: IncidentChange[][] = [];
  stored: StoredIncident[] = [];
  failure: AppError | null = null;
  /** The answer is lost, but not what was written. */
  losesAnswers = false;

  readonly open = async () => new Map([['host-1', this.stored]]);
  readonly firings = async () => [];
  readonly save = async (_memberId: string, hostId: string, changes: readonly IncidentChange[]) => {
    if (this.failure && !this.losesAnswers) throw this.failure;
    this.saved.push([...changes]);
    for (const { incident } of changes) {
      this.stored = this.stored.filter(({ rule, object }) => rule !== incident.rule || object !== incident.object);
      if (incident.state !== 'resolved') this.stored.push({ ...incident, id: incident.rule, hostId, resourceId: 'resource-1' });
    }
    if (this.failure) throw this.failure;
  };

  get told(): string[] {
    return this.saved.flat().flatMap(({ transition }) => (transition ? [`${transition.incident.rule} ${transition.kind}`] : []));
  }
}

/** One host that is judged, by a clock of the test's. */
export class EvaluatedHost {
  readonly outside = new Outside();
  incidents = new MemoryIncidents();
  readonly sights: Sight[] = [];
  readonly guard = { note: (sight: Sight): void => void this.sights.push(sight), isHolding: false, blindUntilMs: 0 };
  evaluation = this.#evaluation();
  host = this.#watched();

  /** As a process that has just begun to watch. */
  async begin(): Promise<void> {
    this.evaluation = this.#evaluation();
    this.host = this.#watched();
    await this.evaluation.begin([this.host]);
  }

  /** One look that brings these figures. */
  async look(figures: Parameters<typeof agentText>[0]): Promise<void> {
    this.host.sample = parseMetrics(agentText(figures), this.outside.now());
    this.host.failures = 0;
    this.evaluation.take(this.host, this.host.sample);
    await this.settle();
  }

  /** Seconds go by, with a look in every fifteenth; null: it brings nothing. */
  async pass(seconds: number, figures: Parameters<typeof agentText>[0] | null): Promise<void> {
    for (let passed = 0; passed < seconds; passed += 1) {
      this.outside.nowMs += second;
      if (figures && passed % 15 === 14) await this.look(figures);
      if (!figures && passed % 15 === 14) this.host.failures += 1;
      this.evaluation.tick();
      await this.settle();
    }
  }

  /** What is written by then is written. */
  async settle(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
  }

  #evaluation(): EvaluateHosts {
    return new EvaluateHosts(
      'member-1',
      { incidents: this.incidents, diskGrowth: async () => new Map() },
      settings,
      this.guard,
      this.outside,
    );
  }

  #watched(): WatchedHost {
    return new WatchedHost(hostSource('host-1'), this.outside.now(), 15 * second);
  }
}
