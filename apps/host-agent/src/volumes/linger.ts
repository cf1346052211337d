/** After the last use a volume stays mounted for a while: Docker mounts and unmounts for a container's creation, and again for its start. */
export class Linger {
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(
    private readonly forMs: number,
    private readonly onEnd: (name: string) => void,
  ) {}

  /** Begins if it has not begun. */
  begin(name: string): void {
    if (this.#timers.has(name)) return;
    const timer = setTimeout(() => {
      this.#timers.delete(name);
      this.onEnd(name);
    }, this.forMs);
    this.#timers.set(name, timer);
  }

  cancel(name: string): void {
    clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
  }

  stop(): void {
    for (const name of this.#timers.keys()) this.cancel(name);
  }
}
