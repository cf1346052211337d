/** Runs a bounded number of pieces of work at once, the longest waiting first. */
export class BoundedWork {
  readonly #waiting: (() => Promise<void>)[] = [];
  readonly #running = new Set<Promise<void>>();

  constructor(private readonly runsMax: number) {}

  /** @param work never rejects. */
  add(work: () => Promise<void>): void {
    this.#waiting.push(work);
    this.#pump();
  }

  /** Begins no more, and resolves when none is under way. */
  async stop(): Promise<void> {
    this.#waiting.length = 0;
    await Promise.all(this.#running);
  }

  #pump(): void {
    while (this.#running.size < this.runsMax) {
      const work = this.#waiting.shift();
      if (!work) return;
      const running: Promise<void> = work().finally(() => {
        this.#running.delete(running);
        this.#pump();
      });
      this.#running.add(running);
    }
  }
}
