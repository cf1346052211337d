import type { FileSystemSample, HostSample } from '@dockhero/domain/monitoring/host-sample';

/** What takes two looks to know; null where the counters began anew in between (the host started again), or there was no earlier look. */
export interface Rates {
  /** 0 to 1, of all processors. */
  readonly cpuRatio: number | null;
  /** Bytes per second. */
  readonly receivedPerSecond: number | null;
  readonly sentPerSecond: number | null;
}

const unknown: Rates = { cpuRatio: null, receivedPerSecond: null, sentPerSecond: null };

/** What has gone by between two looks at one host. */
export function ratesBetween(earlier: HostSample | null, later: HostSample): Rates {
  if (!earlier) return unknown;
  const seconds = (later.at.getTime() - earlier.at.getTime()) / 1_000;
  const cpuSeconds = later.cpu.totalSeconds - earlier.cpu.totalSeconds;
  const idleSeconds = later.cpu.idleSeconds - earlier.cpu.idleSeconds;
  // A kernel may take back a little of what it has counted as idle; only a fall of the whole is a new beginning.
  const cpuRatio = cpuSeconds > 0 ? Math.min(1, Math.max(0, 1 - idleSeconds / cpuSeconds)) : null;
  return {
    cpuRatio,
    receivedPerSecond: perSecond(earlier.network.receivedBytes, later.network.receivedBytes, seconds),
    sentPerSecond: perSecond(earlier.network.sentBytes, later.network.sentBytes, seconds),
  };
}

function perSecond(earlier: number, later: number, seconds: number): number | null {
  return seconds > 0 && later >= earlier ? (later - earlier) / seconds : null;
}

/** The disk that Docker and the host's own programs write to: null when it hangs. Where `/` is an overlay, as in the local cloud, it is Docker's own. */
export function rootDisk({ fileSystems }: HostSample): FileSystemSample | null {
  const at = (path: string) => fileSystems.find(({ mountpoint }) => mountpoint === path);
  const root = at('/') ?? at('/var/lib/docker');
  return root && !root.isStuck ? root : null;
}
