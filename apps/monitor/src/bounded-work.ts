/** So many times the bound may be under way with those that have given their places away. */
const releasedTimes = 3;

/** One piece of work. @param release gives its place to the next before it is over, unless very many have done so. */
export type Work = (release: () => void) => Promise<void>;

/** Runs a bounded number of pieces of work at once, the longest waiting first. */
export class BoundedWork {
  readonly #waiting: Work[] = [];
  readonly #running = new Set<Promise<void>>();
  #places: number;

  constructor(private readonly runsMax: number) {
    this.#places = runsMax;
  }

  /** @param work never rejects. */
  add(work: Work): void {
    this.#waiting.push(work);
    this.#pump();
  }

  /** Begins no more, and resolves when none is under way. */
  async stop(): Promise<void> {
    this.#waiting.length = 0;
    await Promise.all(this.#running);
  }

  #pump(): void {
    while (this.#places > 0) {
      const work = this.#waiting.shift();
      if (!work) return;
      this.#begin(work);
    }
  }

  #begin(work: Work): void {
    this.#places -= 1;
    let isHeld = true;
    const end = (): void => {
      if (!isHeld) return;
      isHeld = false;
      this.#places += 1;
      this.#pump();
    };
    const release = (): void => {
      if (this.#running.size < releasedTimes * this.runsMax) end();
    };
    const running: Promise<void> = work(release).finally(() => {
      this.#running.delete(running);
      end();
    });
    this.#running.add(running);
  }
}
