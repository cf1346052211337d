/** Runs what is asked for one key one after the other, in the order of asking. */
export class InTurn {
  readonly #last = new Map<string, Promise<unknown>>();

  isBusy(key: string): boolean {
    return this.#last.has(key);
  }

  run<T>(key: string, act: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key) ?? Promise.resolve();
    const result = before.then(act, act);
    const mark = Promise.allSettled([result]).finally(() => {
      if (this.#last.get(key) === mark) this.#last.delete(key);
    });
    this.#last.set(key, mark);
    return result;
  }
}
