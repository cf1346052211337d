/**
 * Whole numbers seen so far, kept as runs of neighbours: numbers that come in order take no more memory than one run, and each gap adds
 * one. Adding costs O(1) at the end and a binary search elsewhere.
 */
export class NumberRuns {
  /** First and last number of each run, both counted; ascending, never touching each other. */
  #firsts: number[] = [];
  #lasts: number[] = [];
  #count = 0;

  /** How many different numbers were added. */
  get count(): number {
    return this.#count;
  }

  /** The smallest, or null when there is none. */
  get first(): number | null {
    return this.#firsts[0] ?? null;
  }

  /** The largest, or null when there is none. */
  get last(): number | null {
    return this.#lasts.at(-1) ?? null;
  }

  /** @returns false when the number was there already. */
  add(number: number): boolean {
    const at = this.#runsUpTo(number);
    const before = this.#lasts[at - 1];
    if (before !== undefined && number <= before) return false;
    this.#count += 1;
    const joinsBefore = before === number - 1;
    const joinsAfter = this.#firsts[at] === number + 1;
    if (joinsBefore && joinsAfter) {
      this.#firsts.splice(at, 1);
      this.#lasts.splice(at - 1, 1);
    } else if (joinsBefore) this.#lasts[at - 1] = number;
    else if (joinsAfter) this.#firsts[at] = number;
    else {
      this.#firsts.splice(at, 0, number);
      this.#lasts.splice(at, 0, number);
    }
    return true;
  }

  /** The first and last number of each of the first `max` gaps between what is there, ascending. */
  gaps(max: number): [number, number][] {
    return this.#lasts
      .slice(0, max + 1)
      .flatMap((last, run) => {
        const next = this.#firsts[run + 1];
        return next === undefined ? [] : [[last + 1, next - 1] as [number, number]];
      })
      .slice(0, max);
  }

  /** How many runs begin at `number` or before it. */
  #runsUpTo(number: number): number {
    let [low, high] = [0, this.#firsts.length];
    if (high > 0 && (this.#firsts[high - 1] ?? 0) <= number) return high;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#firsts[middle] ?? 0) <= number) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
