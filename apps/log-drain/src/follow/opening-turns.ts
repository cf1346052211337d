/** Who takes longer waits for the network and not for us: it no longer counts. */
const turnMs = 1_000;

/**
 * Turns to open connections, in the order in which they were asked for. A process that starts, or takes the hosts of one that died, opens a thousand:
 * all at once they would keep it from everything else for seconds, from renewing its leases too, and nobody would be answered in time.
 */
export class OpeningTurns {
  #free: number;
  readonly #waiting = new Set<() => void>();

  /** @param most at once. */
  constructor(most: number) {
    this.#free = most;
  }

  /** Resolves when it is one's turn. @returns ends the turn, which ends by itself after a second. @throws the reason of `signal` when that ends the waiting. */
  async take(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#free > 0) this.#free -= 1;
    else await this.#wait(signal);
    let timer: NodeJS.Timeout | undefined = setTimeout(() => end(), turnMs);
    const end = (): void => {
      if (!timer) return;
      clearTimeout(timer);
      timer = undefined;
      this.#pass();
    };
    return end;
  }

  /** `work` in one's turn, which ends with it at the latest: what it is given ends it earlier. */
  async during<T>(signal: AbortSignal, work: (end: () => void) => Promise<T>): Promise<T> {
    const end = await this.take(signal);
    try {
      return await work(end);
    } finally {
      end();
    }
  }

  async #wait(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const abort = (): void => {
        this.#waiting.delete(go);
        reject(signal.reason as Error);
      };
      const go = (): void => {
        signal.removeEventListener('abort', abort);
        resolve();
      };
      this.#waiting.add(go);
      signal.addEventListener('abort', abort, { once: true });
    });
  }

  #pass(): void {
    const [next] = this.#waiting;
    if (!next) return void (this.#free += 1);
    this.#waiting.delete(next);
    next();
  }
}
