import type { Logger } from 'pino';

/** Something to be done now and then by any one process; the stores see to it that it is done by one. */
export interface Upkeep {
  readonly name: string;
  readonly everyMs: number;
  readonly work: () => Promise<unknown>;
}

/** Does each piece of upkeep at the start and then at its pace, one run of each at a time. What fails is tried again at its next turn. */
export class RunUpkeep {
  #timers: NodeJS.Timeout[] = [];
  readonly #running = new Map<string, Promise<void>>();

  constructor(
    private readonly upkeep: readonly Upkeep[],
    private readonly logger: Logger,
  ) {}

  start(): void {
    for (const one of this.upkeep) {
      this.#begin(one);
      this.#timers.push(setInterval(() => this.#begin(one), one.everyMs));
    }
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await Promise.all(this.#running.values());
  }

  #begin({ name, work }: Upkeep): void {
    if (this.#running.has(name)) return;
    const running = this.#run(name, work).finally(() => this.#running.delete(name));
    this.#running.set(name, running);
  }

  async #run(name: string, work: Upkeep['work']): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.logger.warn({ error, upkeep: name }, 'upkeep failed; it is tried again at its next turn');
    }
  }
}
