import type { Database } from '@dockhero/database/client';
import { HostHistoryStore, type HostFigures } from '@dockhero/database/host-history-store';
import { HostLeaseStore } from '@dockhero/database/host-lease-store';
import { IncidentStore } from '@dockhero/database/incident-store';
import type { Incident } from '@dockhero/domain/monitoring/incident';

const member = 'monitor under test';
/** Figures are stored with seven digits: these are exact. */
const gigabyte = 1e9;

/** Writes what the monitor would, through the stores that it writes through. */
export class AsMonitor {
  constructor(private readonly database: Database) {}

  async find(hostId: string, ...incidents: readonly Incident[]): Promise<void> {
    await new HostLeaseStore(this.database, 'monitor').hold(member, [hostId], 60_000);
    const changes = incidents.map((incident) => ({ incident, transition: null }));
    await new IncidentStore(this.database).save(member, hostId, changes);
  }

  async see(hostId: string, ...figures: readonly ({ at: Date } & Partial<HostFigures>)[]): Promise<void> {
    await new HostHistoryStore(this.database).append(figures.map((patch) => ({ ...quiet(hostId), ...patch })));
  }
}

/** An incident that fires since a minute. */
export function anIncident(patch: Partial<Incident>): Incident {
  const ago = (ms: number) => new Date(Date.now() - ms);
  return {
    rule: 'memory',
    object: 'host',
    state: 'firing',
    level: 'warning',
    pendingSince: ago(120_000),
    firedAt: ago(60_000),
    clearSince: null,
    resolvedAt: null,
    value: 0.93,
    peak: 0.95,
    threshold: 0.9,
    notifiedAt: null,
    isDamped: false,
    ...patch,
  };
}

function quiet(hostId: string): Omit<HostFigures, 'at'> {
  return {
    hostId,
    memoryUsedBytes: gigabyte / 2,
    memoryTotalBytes: gigabyte,
    diskUsedBytes: 4 * gigabyte,
    diskTotalBytes: 16 * gigabyte,
    cpuRatio: 0.25,
    load: 0.5,
    receivedPerSecond: 1_024,
    sentPerSecond: 2_048,
    containers: 3,
  };
}
