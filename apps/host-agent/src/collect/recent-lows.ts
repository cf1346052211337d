/** Trailing windows, in seconds: close together up to the 15 s after which the monitor looks again. */
export const windowsSeconds = [2, 4, 6, 8, 10, 12, 14, 16, 20, 30, 45, 60] as const;
/** No threshold can be set lower: what was below it matters to no rule. */
const leastThreshold = 0.5;
/** A hole longer than this between two figures may hide anything. */
const holeMs = 5_000;
const keptMs = 70_000;

export interface LowestRatio {
  readonly seconds: (typeof windowsSeconds)[number];
  readonly ratio: number;
}

/**
 * The figures of the last minute of something that can be full, and how low they were in windows that end now. Whoever knows the threshold sees since when it
 * has been exceeded, without having looked all the time.
 */
export class RecentLows {
  /** Oldest first. */
  #figures: { readonly atMs: number; readonly ratio: number }[] = [];

  /** @param ratio null: could not be measured, so that nothing is known of the time before either. */
  note(atMs: number, ratio: number | null): void {
    const last = this.#figures.at(-1);
    if (ratio === null || (last && atMs - last.atMs > holeMs)) this.#figures = [];
    if (ratio === null) return;
    this.#figures.push({ atMs, ratio });
    const old = this.#figures.findIndex((figure) => figure.atMs >= atMs - keptMs);
    if (old > 0) this.#figures.splice(0, old);
  }

  /**
   * Windows that the figures cover whole, shortest first. The figure that was true when a window began counts: a value is never said to have been high earlier than
   * it was seen high. Windows whose lowest is below every possible threshold are left out.
   */
  lowest(nowMs: number): LowestRatio[] {
    const last = this.#figures.at(-1);
    if (!last || nowMs - last.atMs > holeMs) return [];
    const lows: LowestRatio[] = [];
    let ratio = Infinity;
    let index = this.#figures.length;
    for (const seconds of windowsSeconds) {
      const beginMs = nowMs - seconds * 1_000;
      for (let atMs = Infinity; atMs > beginMs;) {
        index -= 1;
        const figure = this.#figures[index];
        if (!figure) return lows;
        atMs = figure.atMs;
        ratio = Math.min(ratio, figure.ratio);
      }
      // The next window begins before this figure or with it.
      index += 1;
      if (ratio < leastThreshold) return lows;
      lows.push({ seconds, ratio });
    }
    return lows;
  }
}
