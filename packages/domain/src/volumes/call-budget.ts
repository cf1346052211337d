/**
 * A token bucket as EC2 keeps one for its mutating calls, on our side of the wire: whoever finds it empty is told when to come again, and waits
 * for nothing meanwhile. One per process.
 */
export class CallBudget {
  #tokens: number;
  #at: number | null = null;

  /** @param burst calls at once. @param perSecond how many come back. */
  constructor(
    private readonly burst: number,
    private readonly perSecond: number,
    private readonly now: () => number = Date.now,
  ) {
    this.#tokens = burst;
  }

  /** Takes one call. @returns 0 when it may be made, else the milliseconds until there is one again. */
  take(): number {
    const now = this.now();
    const elapsedMs = Math.max(0, now - (this.#at ?? now));
    this.#tokens = Math.min(this.burst, this.#tokens + (elapsedMs * this.perSecond) / 1_000);
    this.#at = now;
    if (this.#tokens < 1) return Math.ceil(((1 - this.#tokens) * 1_000) / this.perSecond);
    this.#tokens -= 1;
    return 0;
  }
}
