import { Worker, type Processor, type WorkerOptions } from 'bullmq';

export interface QueueSettings {
  /** Passes at the same time in this process. */
  readonly concurrency: number;
  /** How long a job stays with a worker that has died, in milliseconds. A living one renews in time. */
  readonly lockMs: number;
}

/** BullMQ's worker with settings of the environment, which a decorator cannot take: `@nestjs/bullmq` makes its workers of this class. */
export function workerClass({ concurrency, lockMs }: QueueSettings): typeof Worker {
  return class extends Worker {
    constructor(name: string, processor?: string | URL | null | Processor, options?: WorkerOptions) {
      super(name, processor, {
        ...(options as WorkerOptions),
        concurrency,
        lockDuration: lockMs,
        stalledInterval: lockMs,
        // A pass that dies is only a pass: however often that happens, the next one looks again.
        maxStalledCount: 1_000,
      });
    }
  };
}
