/** Somebody who may have nothing more for so long is told to come again, instead of being kept waiting. Milliseconds. */
const waitMsMax = 2_000;

/** How many blocks a resource may download in a second, with one second's worth at once. Of one process. */
export class DownloadBudget {
  /** When the resource has had all that was due to it: later than now, the more it has asked for. Milliseconds. */
  readonly #paidUntil = new Map<string, number>();

  constructor(
    private readonly blocksPerSecond: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Takes one block. @returns milliseconds to wait before it is read; null: too many are waiting, nothing was taken. */
  take(resourceId: string): number | null {
    const now = this.now();
    const paidUntil = Math.max(this.#paidUntil.get(resourceId) ?? 0, now - 1_000);
    const waitMs = Math.max(0, paidUntil + 1_000 / this.blocksPerSecond - now);
    if (waitMs > waitMsMax) return null;
    this.#forgetIdle(now);
    this.#paidUntil.delete(resourceId); // behind all others
    this.#paidUntil.set(resourceId, paidUntil + 1_000 / this.blocksPerSecond);
    return waitMs;
  }

  /** Those that have a whole second's worth again are as if they had never asked. */
  #forgetIdle(now: number): void {
    for (const [id, paidUntil] of this.#paidUntil) {
      if (paidUntil > now - 1_000) return; // the others have asked later, or owe more
      this.#paidUntil.delete(id);
    }
  }
}
