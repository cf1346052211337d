import type { HostHistory } from './host-history.js';
import type { LowestRatio } from './host-sample.js';
import type { Observation } from './observation.js';

/**
 * For how long a ratio that is bad now has been so: the longest window in which it was never below the threshold, but not beyond the look before, which would have
 * been the first to see it. Milliseconds; 0 when nothing is known.
 * @param history with the present look in it.
 */
export function badForMs(
  { rule, object, threshold }: Observation,
  lowest: readonly LowestRatio[],
  { lastMs, previousMs }: HostHistory,
): number {
  let seconds = 0;
  for (const low of lowest) {
    if (low.rule === rule && low.object === object && low.ratio >= threshold) seconds = Math.max(seconds, low.seconds);
  }
  const sinceLookMs = lastMs !== null && previousMs !== null ? lastMs - previousMs : Infinity;
  return Math.min(seconds * 1_000, sinceLookMs);
}
