import type { AdjustableRule, Thresholds } from './alert-settings.js';
import { badForMs } from './bad-for.js';
import { filledIn } from './disk-growth.js';
import { countedMs, type HostHistory, type WorkloadTrack } from './host-history.js';
import { usedRatio, type FileSystemSample, type HostSample } from './host-sample.js';
import type { Observation } from './observation.js';
import { adjustable, certificateSeconds, filling, hostObject, restarts, silentSeconds } from './rules.js';

/**
 * What every rule but `host-silent` says of a host now. An object without an observation is gone.
 * @param history with `sample` in it.
 */
export function observeHost(sample: HostSample, history: HostHistory, thresholds: Thresholds): Observation[] {
  return [
    ...[observeMemory(sample, thresholds), ...sample.fileSystems.flatMap((one) => observeFileSystem(one, history, thresholds))].map(
      (observation) => withPast(observation, sample, history),
    ),
    ...[...history.workloads].flatMap(([name, track]) => observeWorkload(name, track, history)),
    ...observeHealth(sample),
    observeCertificate(sample),
  ];
}

/**
 * Whether the host is silent. Nothing has been missed before this process has looked for a minute itself: a restart of ours is no silence of theirs.
 * @param watchedSince since when this process looks at the host.
 */
export function observeSilence(
  { lastSampleAt, watchedSince }: { readonly lastSampleAt: Date | null; readonly watchedSince: Date },
  now: Date,
): Observation {
  const lastMs = lastSampleAt?.getTime() ?? 0;
  const seconds = Math.max(now.getTime() - Math.max(lastMs, watchedSince.getTime()), 0) / 1_000;
  const isBad = seconds >= silentSeconds;
  const isClear = now.getTime() - lastMs < silentSeconds * 1_000;
  return {
    rule: 'host-silent',
    object: hostObject,
    // To the minute: it is judged each second, and what changes is written. Thousands of hosts may be silent together.
    value: isBad ? Math.floor(seconds / 60) * 60 : isClear ? seconds : null,
    threshold: silentSeconds,
    isBad,
    isClear,
    isCritical: false,
  };
}

function observeMemory({ memory: { totalBytes, availableBytes } }: HostSample, thresholds: Thresholds): Observation {
  return observeRatio('memory', hostObject, totalBytes > 0 ? 1 - availableBytes / totalBytes : null, thresholds);
}

/** A read-only one cannot fill, and nobody could empty it. What is stuck keeps its incidents as they are. */
function observeFileSystem(fileSystem: FileSystemSample, history: HostHistory, thresholds: Thresholds): Observation[] {
  const { mountpoint, sizeBytes, files, filesFree, isReadOnly, isStuck } = fileSystem;
  if (isReadOnly && !isStuck) return [];
  const hasInodes = files > 0;
  return [
    observeRatio('disk', mountpoint, isStuck || sizeBytes <= 0 ? null : usedRatio(fileSystem), thresholds),
    ...(hasInodes || isStuck ? [observeRatio('inodes', mountpoint, isStuck ? null : 1 - filesFree / files, thresholds)] : []),
    observeFilling(fileSystem, history),
  ];
}

function observeRatio(rule: AdjustableRule, object: string, ratio: number | null, thresholds: Thresholds): Observation {
  const threshold = thresholds[rule];
  const { clearBelow, critical } = adjustable[rule];
  const value = ratio !== null && Number.isFinite(ratio) ? ratio : null;
  const isBad = value !== null && value >= threshold;
  return {
    rule,
    object,
    value,
    threshold,
    isBad,
    isClear: value !== null && value < threshold - clearBelow,
    isCritical: isBad && value >= critical,
  };
}

/** A breach began when the host saw it, not when it was looked at. */
function withPast(observation: Observation, { lowest }: HostSample, history: HostHistory): Observation {
  return observation.isBad ? { ...observation, badForMs: badForMs(observation, lowest, history) } : observation;
}

/** Its value is the time until it is full, in seconds. Without enough data, as after a restart of ours, it is neither bad nor clear. */
function observeFilling(fileSystem: FileSystemSample, history: HostHistory): Observation {
  const { mountpoint, isStuck } = fileSystem;
  const value = isStuck ? null : filledIn(fileSystem, history);
  const isLow = 1 - usedRatio(fileSystem) < filling.leftRatio;
  const isBad = value !== null && isLow && value < filling.fullWithinSeconds;
  return {
    rule: 'disk-filling',
    object: mountpoint,
    value,
    threshold: filling.fullWithinSeconds,
    isBad,
    isClear: value !== null && !isBad,
    isCritical: false,
  };
}

/** Calm only counts once it has been watched for as long as is counted. */
function observeWorkload(object: string, track: WorkloadTrack, history: HostHistory): Observation[] {
  const starts = track.growth.reduce((sum, growth) => sum + growth.starts, 0);
  const kills = track.growth.reduce((sum, growth) => sum + growth.oomKills, 0);
  const isWatched = history.sinceMs !== null && history.lastMs !== null && history.lastMs - history.sinceMs >= countedMs;
  const calm = { isCritical: false, object };
  return [
    { ...calm, rule: 'oom-kill', value: kills, threshold: 1, isBad: kills > 0, isClear: kills === 0 && isWatched },
    {
      ...calm,
      rule: 'restart-loop',
      value: starts,
      threshold: restarts.bad,
      isBad: starts >= restarts.bad,
      isClear: starts < restarts.clearBelow && isWatched,
    },
  ];
}

function observeHealth({ containers }: HostSample): Observation[] {
  return containers.flatMap(({ name, isHealthy }) =>
    isHealthy === null
      ? []
      : [
          {
            rule: 'unhealthy',
            object: name,
            value: isHealthy ? 0 : 1,
            threshold: 1,
            isBad: !isHealthy,
            isClear: isHealthy,
            isCritical: false,
          } as const,
        ],
  );
}

/** Its value is what is left, in seconds. */
function observeCertificate({ at, certificateExpiresAt }: HostSample): Observation {
  const value = certificateExpiresAt && (certificateExpiresAt.getTime() - at.getTime()) / 1_000;
  const isBad = value !== null && value < certificateSeconds;
  return {
    rule: 'certificate',
    object: hostObject,
    value,
    threshold: certificateSeconds,
    isBad,
    isClear: value !== null && !isBad,
    isCritical: false,
  };
}
