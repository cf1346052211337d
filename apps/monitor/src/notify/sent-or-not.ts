/** What became of one attempt to deliver. */
export type Outcome =
  | { readonly kind: 'sent' }
  /** The same again, later: after the time the receiver asks for, if it does; or `at` a time, when it was not tried at all. */
  | { readonly kind: 'later'; readonly error: string; readonly afterMs?: number; readonly at?: Date }
  /** It will never be taken. */
  | { readonly kind: 'refused'; readonly error: string };

const minute = 60_000;
/** Pauses before the second and later attempts, in milliseconds. */
const pausesMs = [minute, 5 * minute, 30 * minute, 120 * minute, 360 * minute, 1_440 * minute];

/** When to try again after `attempts` failed ones; null when it is time to give up. */
export function nextAttempt(now: Date, attempts: number, afterMs = 0): Date | null {
  const pauseMs = pausesMs[attempts - 1];
  return pauseMs === undefined ? null : new Date(now.getTime() + Math.max(pauseMs, afterMs));
}
