/** What is not to be tried again for a while, by this process: another may try it once more. */
export class Pause {
  /** Until when, by key; milliseconds since 1970. */
  readonly #until = new Map<string, number>();

  constructor(private readonly ms: number) {}

  isOn(key: string): boolean {
    return (this.#until.get(key) ?? 0) > Date.now();
  }

  begin(key: string): void {
    const now = Date.now();
    for (const [other, until] of this.#until) if (until <= now) this.#until.delete(other);
    this.#until.set(key, now + this.ms);
  }
}
