import { emptyHistory, remember, type HostHistory } from '../host-history.js';
import type { ContainerSample, FileSystemSample, HostSample, WorkloadSample } from '../host-sample.js';
import type { RuleName } from '../incident.js';
import type { Observation } from '../observation.js';

const gib = 2 ** 30;
const start = new Date('2026-01-01T00:00:00Z');
export const agentStartedAt = new Date('2025-12-31T00:00:00Z');

/** A moment `seconds` after the start of every test. */
export function at(seconds: number): Date {
  return new Date(start.getTime() + seconds * 1_000);
}

/** A host on which all is well. */
export function aSample(seconds: number, changes: Partial<HostSample> = {}): HostSample {
  return {
    at: at(seconds),
    memory: { totalBytes: gib, availableBytes: gib / 2 },
    cpu: { count: 2, totalSeconds: 100 + seconds, idleSeconds: 100 },
    load1: 0.1,
    network: { receivedBytes: 0, sentBytes: 0 },
    fileSystems: [aDisk(0.5)],
    containers: [],
    workloads: [],
    volumes: [],
    reclaimableBytes: 0,
    lowest: [],
    certificateExpiresAt: null,
    agent: { version: '1', sha256: '00', startedAt: agentStartedAt },
    ...changes,
  };
}

/** A disk of 20 GiB of which 1 GiB is root's, as ext4 does it. */
export function aDisk(ratio: number, changes: Partial<FileSystemSample> = {}): FileSystemSample {
  const usableBytes = 19 * gib;
  const availableBytes = usableBytes * (1 - ratio);
  return {
    mountpoint: '/',
    sizeBytes: 20 * gib,
    freeBytes: availableBytes + gib,
    availableBytes,
    files: 1_000_000,
    filesFree: 900_000,
    isReadOnly: false,
    isStuck: false,
    ...changes,
  };
}

export function aContainer(name: string, changes: Partial<ContainerSample> = {}): ContainerSample {
  return {
    name,
    workload: name.split('.')[0] ?? name,
    memoryBytes: 0,
    memoryLimitBytes: null,
    cpuSeconds: 0,
    diskBytes: null,
    isHealthy: null,
    ...changes,
  };
}

export function aWorkload(name: string, starts: number, oomKills = 0): WorkloadSample {
  return { name, starts, failures: 0, oomKills };
}

/** What a host's history is after these samples. */
export function historyOf(samples: readonly HostSample[]): HostHistory {
  return samples.reduce(remember, emptyHistory);
}

/** `bad`, `clear`, `between`, `unknown` or `absent`, with `!` when critical. */
export function verdict(observations: readonly Observation[], rule: RuleName): string {
  const found = observations.find((observation) => observation.rule === rule);
  if (!found) return 'absent';
  if (found.value === null) return found.isBad || found.isClear ? 'contradiction' : 'unknown';
  return found.isBad ? `bad${found.isCritical ? '!' : ''}` : found.isClear ? 'clear' : 'between';
}
