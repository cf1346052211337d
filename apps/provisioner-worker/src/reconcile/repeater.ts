import type { Logger } from 'pino';

/** Runs a task again and again with a pause between runs, never beside itself. A failing run is logged; the next one comes anyway. */
export class Repeater {
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(
    private readonly name: string,
    private readonly intervalMs: number,
    private readonly task: () => Promise<void>,
    private readonly logger: Logger,
  ) {}

  start(): void {
    // Jitter: replicas that were started together must not sweep together.
    const pauseMs = this.intervalMs * (0.9 + Math.random() * 0.2);
    this.#timer = setTimeout(() => {
      this.#running = this.#run();
    }, pauseMs);
  }

  /** Waits for a run under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  async #run(): Promise<void> {
    try {
      await this.task();
    } catch (error) {
      this.logger.warn({ task: this.name, error }, 'periodic task failed');
    }
    if (!this.#stopped) this.start();
  }
}
