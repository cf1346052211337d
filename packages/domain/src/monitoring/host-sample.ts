import type { AdjustableRule } from './alert-settings.js';

/** What one look at a host has found. Bytes are bytes, times seconds, counters grow from the agent's or the host's start. */
export interface HostSample {
  /** When the control plane received it: hosts' clocks may be wrong. */
  readonly at: Date;
  readonly memory: { readonly totalBytes: number; readonly availableBytes: number };
  readonly cpu: { readonly count: number; readonly totalSeconds: number; readonly idleSeconds: number };
  readonly load1: number;
  readonly network: { readonly receivedBytes: number; readonly sentBytes: number };
  readonly fileSystems: readonly FileSystemSample[];
  readonly containers: readonly ContainerSample[];
  readonly workloads: readonly WorkloadSample[];
  readonly volumes: readonly { readonly name: string; readonly bytes: number }[];
  /** What removing unused images and build cache would free. */
  readonly reclaimableBytes: number;
  /** How low ratios were in windows that ended with the look; none of what is far from full. */
  readonly lowest: readonly LowestRatio[];
  /** End of the host's TLS certificate; null when unknown. */
  readonly certificateExpiresAt: Date | null;
  readonly agent: { readonly version: string; readonly sha256: string; readonly startedAt: Date | null };
}

/** During the whole of the last `seconds` a ratio was no lower than this. */
export interface LowestRatio {
  readonly rule: AdjustableRule;
  readonly object: string;
  readonly seconds: number;
  readonly ratio: number;
}

export interface FileSystemSample {
  readonly mountpoint: string;
  readonly sizeBytes: number;
  /** Free for root. */
  readonly freeBytes: number;
  /** Free for everybody else. */
  readonly availableBytes: number;
  /** 0 where the file system counts no inodes. */
  readonly files: number;
  readonly filesFree: number;
  readonly isReadOnly: boolean;
  /** It did not answer in time: the figures are not to be used. */
  readonly isStuck: boolean;
}

export interface ContainerSample {
  /** As in `heroku logs`, without `dockhero.`: `web.1`. */
  readonly name: string;
  readonly workload: string;
  readonly memoryBytes: number;
  readonly memoryLimitBytes: number | null;
  readonly cpuSeconds: number;
  /** Its writable layer; null until measured. */
  readonly diskBytes: number | null;
  /** Null when it has no health check. */
  readonly isHealthy: boolean | null;
}

/** A Compose or Swarm service, or a container of `docker run`: what outlives one container. Counters of the agent. */
export interface WorkloadSample {
  readonly name: string;
  readonly starts: number;
  readonly failures: number;
  readonly oomKills: number;
}

/** df's percentage as a ratio: of what everybody may use, how much is used. */
export function usedRatio({
  sizeBytes,
  freeBytes,
  availableBytes,
}: Pick<FileSystemSample, 'sizeBytes' | 'freeBytes' | 'availableBytes'>): number {
  const usedBytes = sizeBytes - freeBytes;
  const usableBytes = usedBytes + availableBytes;
  return usableBytes > 0 ? usedBytes / usableBytes : 0;
}
