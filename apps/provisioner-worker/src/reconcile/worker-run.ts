import type { Worker } from 'bullmq';
import type { Logger } from 'pino';

/** The run of a queue's worker: from the app's start until it is drained. */
export class WorkerRun {
  #ended: Promise<void> = Promise.resolve();

  start(worker: Worker, logger: Logger): void {
    // Without a listener a lost Redis would end the process; BullMQ reconnects by itself.
    worker.on('error', (error) => logger.warn({ error }, 'queue trouble'));
    this.#ended = worker.run();
  }

  /** For before anything else closes: the jobs under way end, no new one starts. */
  async drain(worker: Worker): Promise<void> {
    await worker.close();
    await this.#ended;
  }
}
