import type { HostHistory } from './host-history.js';
import type { FileSystemSample } from './host-sample.js';
import { filling } from './rules.js';

/** Stands for "not to be seen": a month, in seconds. Finite, since it is stored. */
const longSeconds = 30 * 86_400;

/**
 * Growth of a file system over the last hours, in bytes per second, by least squares; null with too little data.
 * 0 when a line does not explain what happened.
 */
export function growthPerSecond(fileSystem: FileSystemSample, history: HostHistory): number | null {
  const track = history.disks.get(fileSystem.mountpoint);
  if (!track || history.lastMs === null) return null;
  const firstMs = track.atMs[0] ?? history.lastMs;
  if (history.lastMs - firstMs < filling.leastDataMs) return null;
  // The present counts too: the track only has the first look of each step.
  const x = [...track.atMs.map((ms) => (ms - firstMs) / 1_000), (history.lastMs - firstMs) / 1_000];
  const y = [...track.usedBytes, fileSystem.sizeBytes - fileSystem.freeBytes];
  // Fewer than six looks in half an hour: the host was silent most of the time.
  if (x.length < 6) return null;
  const { slope, fit } = fitLine(x, y);
  return fit >= filling.leastFit ? slope : 0;
}

/** Seconds until nothing is left for ordinary programs, if it goes on like this; null with too little data. */
export function filledIn(fileSystem: FileSystemSample, history: HostHistory): number | null {
  const growth = growthPerSecond(fileSystem, history);
  if (growth === null) return null;
  return growth > 0 ? Math.min(fileSystem.availableBytes / growth, longSeconds) : longSeconds;
}

/** Least squares; `fit` is R², 0 where nothing varies. */
function fitLine(x: readonly number[], y: readonly number[]): { slope: number; fit: number } {
  const meanX = x.reduce((sum, each) => sum + each, 0) / x.length;
  const meanY = y.reduce((sum, each) => sum + each, 0) / y.length;
  let xx = 0;
  let xy = 0;
  let yy = 0;
  for (const [index, eachX] of x.entries()) {
    const dx = eachX - meanX;
    const dy = (y[index] ?? meanY) - meanY;
    xx += dx * dx;
    xy += dx * dy;
    yy += dy * dy;
  }
  return xx > 0 && yy > 0 ? { slope: xy / xx, fit: (xy * xy) / (xx * yy) } : { slope: 0, fit: 0 };
}
