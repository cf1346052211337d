/** Things that cost something to make and are good for a while: made once for all who ask meanwhile, never again after a failure was forgotten. */
export class ShortLived<T> {
  readonly #made = new Map<string, { readonly thing: Promise<T>; readonly until: number }>();

  /** @param usableMs how long each is handed out. @param max how many are kept: the oldest go. */
  constructor(
    private readonly usableMs: number,
    private readonly max: number,
    private readonly make: (id: string) => Promise<T>,
  ) {}

  /** @throws what `make` does. */
  async get(id: string): Promise<T> {
    const known = this.#made.get(id);
    if (known && known.until > Date.now()) return await known.thing;
    this.#makeRoom();
    const thing = this.make(id);
    const entry = { thing, until: Date.now() + this.usableMs };
    this.#made.delete(id); // behind all others, so that the first is the oldest
    this.#made.set(id, entry);
    thing.catch(() => this.#made.get(id) === entry && this.#made.delete(id));
    return await thing;
  }

  #makeRoom(): void {
    for (const [id, { until }] of this.#made) {
      if (until > Date.now() && this.#made.size < this.max) return;
      this.#made.delete(id);
    }
  }
}
