import type { FileSystemSample, HostSample, WorkloadSample } from './host-sample.js';

const stepMs = 5 * 60_000;
const diskStepsMax = 72;
/** How far back restarts and OOM kills are counted. */
export const countedMs = 10 * 60_000;
const bucketMs = 30_000;

/** Growth of one file system: used bytes at 5-minute steps, 6 hours at most, oldest first. Flat arrays of numbers: 10,000 hosts fit. */
export interface DiskTrack {
  readonly atMs: readonly number[];
  readonly usedBytes: readonly number[];
}

/** The counters of one workload as seen last, and how much they grew: only half minutes in which they did, so at most 20. */
export interface WorkloadTrack {
  readonly starts: number;
  readonly oomKills: number;
  readonly growth: readonly { readonly atMs: number; readonly starts: number; readonly oomKills: number }[];
}

/** What the rules need of a host's past. Lives in the process; lost with it. */
export interface HostHistory {
  /** Since when looks follow one another without a hole longer than `countedMs`; null before the first. */
  readonly sinceMs: number | null;
  readonly lastMs: number | null;
  /** The look before the last; null when there was none. */
  readonly previousMs: number | null;
  readonly agentStartedAtMs: number | null;
  readonly disks: ReadonlyMap<string, DiskTrack>;
  readonly workloads: ReadonlyMap<string, WorkloadTrack>;
}

export const emptyHistory: HostHistory = {
  sinceMs: null,
  lastMs: null,
  previousMs: null,
  agentStartedAtMs: null,
  disks: new Map(),
  workloads: new Map(),
};

/** Adds a sample. One that is not newer than the last is left out; by far older, our clock was set back, and all begins anew. */
export function remember(known: HostHistory, sample: HostSample): HostHistory {
  const atMs = sample.at.getTime();
  const aheadMs = (known.lastMs ?? -Infinity) - atMs;
  if (aheadMs >= 0 && aheadMs < countedMs) return known;
  const history = aheadMs > 0 ? emptyHistory : known;
  const isContinued = history.lastMs !== null && atMs - history.lastMs < countedMs;
  return {
    sinceMs: isContinued ? history.sinceMs : atMs,
    lastMs: atMs,
    previousMs: history.lastMs,
    agentStartedAtMs: sample.agent.startedAt?.getTime() ?? null,
    disks: rememberDisks(history.disks, sample.fileSystems, atMs),
    workloads: rememberWorkloads(history, sample, isContinued),
  };
}

/** Seeds a file system's growth from what the control plane has stored, oldest first: a restart then need not wait half an hour. */
export function rememberDisk(
  history: HostHistory,
  mountpoint: string,
  points: readonly { readonly at: Date; readonly usedBytes: number }[],
): HostHistory {
  let track: DiskTrack = { atMs: [], usedBytes: [] };
  for (const { at, usedBytes } of points) track = addPoint(track, at.getTime(), usedBytes);
  return { ...history, disks: new Map(history.disks).set(mountpoint, track) };
}

/** A file system that is stuck keeps its track, one that is gone loses it. The same map when no step has begun. */
function rememberDisks(
  disks: ReadonlyMap<string, DiskTrack>,
  fileSystems: readonly FileSystemSample[],
  atMs: number,
): ReadonlyMap<string, DiskTrack> {
  const next = new Map<string, DiskTrack>();
  for (const { mountpoint, isStuck, sizeBytes, freeBytes } of fileSystems) {
    const track = disks.get(mountpoint) ?? { atMs: [], usedBytes: [] };
    next.set(mountpoint, isStuck ? track : addPoint(track, atMs, sizeBytes - freeBytes));
  }
  const isSame = next.size === disks.size && [...next].every(([mountpoint, track]) => disks.get(mountpoint) === track);
  return isSame ? disks : next;
}

function addPoint(track: DiskTrack, atMs: number, usedBytes: number): DiskTrack {
  const lastMs = track.atMs.at(-1);
  if (lastMs !== undefined && Math.floor(atMs / stepMs) <= Math.floor(lastMs / stepMs)) return track;
  // A hole in the samples must not keep older ones than the number of steps promises.
  const from = track.atMs.findIndex((ms) => ms > atMs - diskStepsMax * stepMs);
  const kept = from === -1 ? track.atMs.length : from;
  return { atMs: [...track.atMs.slice(kept), atMs], usedBytes: [...track.usedBytes.slice(kept), usedBytes] };
}

/** Workloads that are gone stay until what they did is older than `countedMs`: a container of `docker run --rm` that was killed is gone at once. */
function rememberWorkloads(history: HostHistory, sample: HostSample, isContinued: boolean): ReadonlyMap<string, WorkloadTrack> {
  const atMs = sample.at.getTime();
  const isSameAgent = isContinued && history.agentStartedAtMs !== null && history.agentStartedAtMs === sample.agent.startedAt?.getTime();
  const next = new Map<string, WorkloadTrack>();
  for (const workload of sample.workloads) {
    // New to an agent that was there before: all that it counted has happened since the last look.
    const before = history.workloads.get(workload.name) ?? { ...(isSameAgent ? { starts: 0, oomKills: 0 } : workload), growth: [] };
    next.set(workload.name, addGrowth(before, workload, atMs, isContinued));
  }
  for (const [name, track] of history.workloads) {
    if (next.has(name)) continue;
    const growth = recentGrowth(track, atMs);
    if (growth.length > 0) next.set(name, { ...track, growth });
  }
  return next;
}

function addGrowth(before: WorkloadTrack, { starts, oomKills }: WorkloadSample, atMs: number, isContinued: boolean): WorkloadTrack {
  const growth = recentGrowth(before, atMs);
  // A counter that went back was reset: nobody knows what happened in between. After a hole, starts may have been spread over hours.
  const grown = {
    atMs,
    starts: isContinued ? Math.max(starts - before.starts, 0) : 0,
    oomKills: Math.max(oomKills - before.oomKills, 0),
  };
  if (grown.starts === 0 && grown.oomKills === 0) return { starts, oomKills, growth };
  const last = growth.at(-1);
  if (!last || atMs - last.atMs >= bucketMs) return { starts, oomKills, growth: [...growth, grown] };
  const merged = { atMs: last.atMs, starts: last.starts + grown.starts, oomKills: last.oomKills + grown.oomKills };
  return { starts, oomKills, growth: [...growth.slice(0, -1), merged] };
}

function recentGrowth(track: WorkloadTrack, atMs: number): WorkloadTrack['growth'] {
  const oldest = track.growth[0];
  return oldest && oldest.atMs <= atMs - countedMs ? track.growth.filter((growth) => growth.atMs > atMs - countedMs) : track.growth;
}
