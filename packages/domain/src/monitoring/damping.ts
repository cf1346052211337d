/** How many firings of one object within `dampedMs` make it unstable. */
const unstableFirings = 3;
const dampedMs = 6 * 3_600_000;
/** How far back earlier firings must be known, so that a run of them is seen whole. */
export const firingMemoryMs = 24 * 3_600_000;

/**
 * What a firing is among those of the same object before it: the third within six hours is the one that says "unstable"; those after it are
 * damped until one comes that had six quiet hours before it.
 * @param earlier times of firings before this one, oldest first.
 */
export function dampingOf(earlier: readonly Date[], firedAt: Date): 'none' | 'unstable' | 'damped' {
  let verdict: 'none' | 'unstable' | 'damped' = 'none';
  let run: number[] = [];
  for (const at of [...earlier, firedAt].map((date) => date.getTime())) {
    const last = run.at(-1);
    if (last !== undefined && at - last >= dampedMs) {
      verdict = 'none';
      run = [];
    }
    run = [...run.filter((ms) => at - ms < dampedMs), at];
    if (verdict !== 'none') verdict = 'damped';
    else if (run.length >= unstableFirings) verdict = 'unstable';
  }
  return verdict;
}

/** One time that a rule fired for an object. */
export interface PastFiring {
  readonly firedAt: Date;
  /** It was critical, and people were told so. */
  readonly isCriticalTold: boolean;
}

/** People know from the last six hours that it becomes critical. If they do not, that is news, however often it has come and gone below. */
export function isCriticalKnown(earlier: readonly PastFiring[], now: Date): boolean {
  return earlier.some(({ firedAt, isCriticalTold }) => isCriticalTold && now.getTime() - firedAt.getTime() < dampedMs);
}

/** A damped incident that has lasted this long without going away is no longer unstable: people are told after all. */
export function isQuiet(firedAt: Date, now: Date): boolean {
  return now.getTime() - firedAt.getTime() >= dampedMs;
}
