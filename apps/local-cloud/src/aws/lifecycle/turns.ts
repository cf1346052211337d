import type { Logger } from 'pino';

/** Work on one instance is done one piece after the other; instances don't wait for each other. */
export class Turns {
  private readonly last = new Map<string, Promise<void>>();

  constructor(private readonly log: Logger) {}

  /** Does `job` when everything asked for earlier on the same instance is over. Jobs that can fail in an expected way handle it. */
  take(id: string, what: string, job: () => Promise<void>): Promise<void> {
    const turn = (this.last.get(id) ?? Promise.resolve()).then(job).catch((error: unknown) => {
      this.log.error({ instance: id, what, err: error }, 'work on an instance failed');
    });
    this.last.set(id, turn);
    void turn.finally(() => {
      if (this.last.get(id) === turn) this.last.delete(id);
    });
    return turn;
  }

  isBusy(id: string): boolean {
    return this.last.has(id);
  }

  /** Waits for all work that has been asked for. */
  async settle(): Promise<void> {
    await Promise.all(this.last.values());
  }
}
