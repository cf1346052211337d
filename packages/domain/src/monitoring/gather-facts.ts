import { growthPerSecond } from './disk-growth.js';
import type { HostHistory } from './host-history.js';
import type { HostSample } from './host-sample.js';
import type { Incident } from './incident.js';

const culpritsMax = 3;
/** Where Docker keeps what containers and volumes write. */
const dockerMountpoints = ['/', '/var', '/var/lib', '/var/lib/docker'];

export interface Culprit {
  readonly kind: 'container' | 'volume' | 'unused';
  readonly name: string;
  readonly bytes: number;
  readonly limitBytes: number | null;
}

/** What a message says beside the incident, as it was at that moment. JSON: it is stored with the transition. */
export interface AlertFacts {
  readonly usedBytes: number | null;
  readonly totalBytes: number | null;
  /** What takes most of it, greatest first. */
  readonly culprits: readonly Culprit[];
  /** Null: not known. */
  readonly growthBytesPerHour: number | null;
  readonly secondsToFull: number | null;
  /** What the rule itself has to say, as sentences. */
  readonly note: string | null;
}

const noFacts: AlertFacts = { usedBytes: null, totalBytes: null, culprits: [], growthBytesPerHour: null, secondsToFull: null, note: null };

/** @param sample the latest; null when there is none. */
export function gatherFacts({ rule, object }: Incident, sample: HostSample | null, history: HostHistory): AlertFacts {
  if (!sample) return noFacts;
  switch (rule) {
    case 'memory':
    case 'host-silent':
      return memoryFacts(sample);
    case 'oom-kill':
      return { ...memoryFacts(sample), culprits: greatest(memoryOf(sample, (workload) => workload === object)) };
    case 'disk':
    case 'inodes':
    case 'disk-filling':
      return diskFacts(object, sample, history);
    case 'restart-loop':
    case 'unhealthy':
    case 'certificate':
    case 'logs-behind':
    case 'backup':
      return noFacts;
  }
}

/** What `gatherFacts` made, read again from where it was stored. What is missing, as in rows of another version, is not known. */
export function storedFacts(stored: Readonly<Record<string, unknown>>): AlertFacts {
  return { ...noFacts, ...stored };
}

function memoryFacts(sample: HostSample): AlertFacts {
  const { totalBytes, availableBytes } = sample.memory;
  return { ...noFacts, usedBytes: totalBytes - availableBytes, totalBytes, culprits: greatest(memoryOf(sample, () => true)) };
}

function diskFacts(mountpoint: string, sample: HostSample, history: HostHistory): AlertFacts {
  const fileSystem = sample.fileSystems.find((candidate) => candidate.mountpoint === mountpoint);
  if (!fileSystem || fileSystem.isStuck) return noFacts;
  const usedBytes = fileSystem.sizeBytes - fileSystem.freeBytes;
  const growth = growthPerSecond(fileSystem, history);
  return {
    ...noFacts,
    usedBytes,
    totalBytes: usedBytes + fileSystem.availableBytes,
    culprits: dockerMountpoints.includes(mountpoint) ? greatest(diskOf(sample)) : [],
    growthBytesPerHour: growth === null ? null : growth * 3_600,
    secondsToFull: growth !== null && growth > 0 ? fileSystem.availableBytes / growth : null,
  };
}

function memoryOf({ containers }: HostSample, isMeant: (workload: string) => boolean): Culprit[] {
  return containers
    .filter(({ workload }) => isMeant(workload))
    .map(({ name, memoryBytes, memoryLimitBytes }) => ({ kind: 'container', name, bytes: memoryBytes, limitBytes: memoryLimitBytes }));
}

function diskOf({ containers, volumes, reclaimableBytes }: HostSample): Culprit[] {
  const limitBytes = null;
  return [
    ...containers.map(({ name, diskBytes }) => ({ kind: 'container', name, bytes: diskBytes ?? 0, limitBytes }) as const),
    ...volumes.map(({ name, bytes }) => ({ kind: 'volume', name, bytes, limitBytes }) as const),
    { kind: 'unused', name: 'images and build cache', bytes: reclaimableBytes, limitBytes },
  ];
}

function greatest(culprits: readonly Culprit[]): Culprit[] {
  return culprits
    .filter(({ bytes }) => bytes > 0)
    .toSorted((a, b) => b.bytes - a.bytes)
    .slice(0, culpritsMax);
}
