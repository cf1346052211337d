/** Unused lines that may be saved up, in seconds of the rate: a start-up may be loud. */
const burstSeconds = 5;
const noticeEveryMs = 60_000;

/** How many lines a resource may bring per second. Beyond it nothing is dropped: its containers' log files wait. */
export class LineRate {
  #left: number;
  #filledMs: number;
  #noticedMs = Number.NEGATIVE_INFINITY;

  constructor(
    readonly linesPerSecond: number,
    now: number,
  ) {
    this.#left = linesPerSecond * burstSeconds;
    this.#filledMs = now;
  }

  get isSpent(): boolean {
    return this.#left <= 0;
  }

  spend(): void {
    this.#left -= 1;
  }

  refill(now: number): void {
    const earned = (Math.max(0, now - this.#filledMs) / 1_000) * this.linesPerSecond;
    this.#left = Math.min(this.linesPerSecond * burstSeconds, this.#left + earned);
    this.#filledMs = now;
  }

  /** True once a minute at most: say it. */
  mayNotice(now: number): boolean {
    if (now - this.#noticedMs < noticeEveryMs) return false;
    this.#noticedMs = now;
    return true;
  }
}
