import type { IncidentChange } from '@dockhero/database/incident-store';
import type { StoredIncident } from '@dockhero/database/incident-rows';
import { AppError } from '@dockhero/domain/errors';
import { defaultThresholds } from '@dockhero/domain/monitoring/alert-settings';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { parseMetrics } from '../sample/parse-metrics.js';
import type { ResourceSettings } from '../settings/resource-settings.js';
import { agentText } from '../testing/agent-text.js';
import { hostSource, Outside } from '../testing/hosts.js';
import { WatchedHost } from '../watch/watched-hosts.js';
import { EvaluateHosts } from './evaluate-hosts.js';

const second = 1_000;

/** Incidents as Postgres has them, for one host. */
class MemoryIncidents {
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

let outside: Outside;
let incidents: MemoryIncidents;
let evaluation: EvaluateHosts;
let host: WatchedHost;
const settings = {
  need: async () => {},
  of: () => ({ settings: { thresholds: defaultThresholds }, silences: [] }),
} as unknown as ResourceSettings;

/** As a process that has just begun to watch. */
async function begin(): Promise<void> {
  evaluation = new EvaluateHosts('member-1', { incidents, diskGrowth: async () => new Map() }, settings, outside);
  host = new WatchedHost(hostSource('host-1'), outside.now(), 15 * second);
  await evaluation.begin([host]);
}
/** What is written by then is written. */
const settle = async () => await new Promise((resolve) => setImmediate(resolve));
async function pass(seconds: number, figures: Parameters<typeof agentText>[0] | null): Promise<void> {
  for (let passed = 0; passed < seconds; passed += 1) {
    outside.nowMs += second;
    if (figures && passed % 15 === 14) {
      host.sample = parseMetrics(agentText(figures), outside.now());
      host.failures = 0;
      evaluation.take(host, host.sample);
    }
    if (!figures && passed % 15 === 14) host.failures += 1;
    evaluation.tick();
    await settle();
  }
}

beforeEach(async () => {
  outside = new Outside();
  incidents = new MemoryIncidents();
  await begin();
});

describe('EvaluateHosts', () => {
  it('tells of a breach that lasts once, and of its end', async () => {
    await pass(30, {});
    await pass(300, { memory: 0.93 });
    await pass(400, {});
    expect(incidents.told).toEqual(['memory fired', 'memory resolved']);
    expect(incidents.stored).toEqual([]);
  });

  it('writes nothing while nothing changes', async () => {
    await pass(300, {});
    expect(incidents.saved).toEqual([]);
  });

  it('gives messages what they need: whose host it is, and who takes the memory', async () => {
    await pass(120, { memory: 0.93 });
    const change = incidents.saved.flat().find(({ transition }) => transition?.kind === 'fired');
    expect(change?.facts).toMatchObject({
      whose: { appName: 'shop', resourceName: 'dockhero-flat-1', hostIndex: 0, hostCount: 1 },
      culprits: [expect.objectContaining({ kind: 'container', name: 'web.1' })],
    });
  });

  it('has a host looked at as soon as `for` is over, not only at its next turn', async () => {
    const look = async (): Promise<void> => {
      host.begin(outside.nowMs, 15 * second);
      host.sample = parseMetrics(agentText({ memory: 0.93 }), outside.now());
      evaluation.take(host, host.sample);
      await settle();
    };
    // The first look begins later after its turn than those that follow: the one a minute on is just too early.
    const late = [90, 50, 50, 50, 50];
    for (const ms of late) {
      outside.nowMs = Math.ceil(host.dueAtMs) + ms;
      await look();
    }
    expect(incidents.told).toEqual([]);
    const [pending] = incidents.stored;
    expect(host.dueAtMs).toBe((pending?.pendingSince.getTime() ?? 0) + 60 * second);
    outside.nowMs = host.dueAtMs;
    await look();
    expect(incidents.told).toEqual(['memory fired']);
    expect(host.dueAtMs).toBeGreaterThan(outside.nowMs + 14 * second);
  });

  it('neither tells again nor forgets when it is restarted in any state', async () => {
    for (let restartAt = 15; restartAt <= 180; restartAt += 15) {
      incidents = new MemoryIncidents();
      await begin();
      await pass(restartAt, { memory: 0.93 });
      await begin();
      await pass(180, { memory: 0.93 });
      expect(incidents.told, `restart after ${String(restartAt)} s`).toEqual(['memory fired']);
    }
  });

  it('writes the same again when it does not know whether it was written: nobody is told twice', async () => {
    incidents.failure = new AppError('storage_unavailable');
    incidents.losesAnswers = true;
    await pass(120, { memory: 0.93 });
    incidents.failure = null;
    await pass(180, { memory: 0.93 });
    const fired = incidents.saved.flat().flatMap(({ transition }) => (transition?.kind === 'fired' ? [transition.at.getTime()] : []));
    expect(new Set(fired).size).toBe(1);
  });

  it('loses nothing while the database is away', async () => {
    incidents.failure = new AppError('storage_unavailable');
    await pass(120, { memory: 0.93 });
    incidents.failure = null;
    await pass(120, { memory: 0.93 });
    expect(incidents.told).toEqual(['memory fired']);
  });

  it('reads anew what another may have written when its lease was lost', async () => {
    await pass(45, { memory: 0.93 });
    const open = vi.spyOn(incidents, 'open');
    incidents.failure = new AppError('lease_lost');
    await pass(60, { memory: 0.93 });
    expect(open).toHaveBeenCalled();
    incidents.failure = null;
    await pass(120, { memory: 0.93 });
    expect(incidents.told).toEqual(['memory fired']);
  });

  it('calls a host silent after a minute without an answer, and only then', async () => {
    await pass(60, {});
    await pass(55, null);
    expect(incidents.told).toEqual([]);
    await pass(10, null);
    expect(incidents.told).toEqual(['host-silent fired']);
    await pass(120, {});
    expect(incidents.told).toEqual(['host-silent fired', 'host-silent resolved']);
  });

  it('calls no host silent before it has itself been looking for a minute', async () => {
    await pass(60, {});
    outside.nowMs += 3_600 * second;
    await begin();
    await pass(55, null);
    expect(incidents.told).toEqual([]);
    await pass(20, null);
    expect(incidents.told).toEqual(['host-silent fired']);
  });

  it('calls no host silent that it did not get round to looking at', async () => {
    await pass(60, {});
    for (let passed = 0; passed < 300; passed += 1) {
      outside.nowMs += second;
      evaluation.tick();
    }
    await settle();
    expect(incidents.told).toEqual([]);
  });

  it('judges no more hosts that are another’s', async () => {
    await pass(30, { memory: 0.93 });
    await evaluation.end([host]);
    const before = incidents.saved.length;
    await pass(300, { memory: 0.99 });
    expect(incidents.saved).toHaveLength(before);
  });

  it('tells of nothing while the add-on is being changed', async () => {
    host.source = hostSource('host-1', { isChanging: true });
    await pass(300, { memory: 0.93 });
    expect(incidents.told).toEqual([]);
  });
});
