import { resourcesQueue } from '@dockhero/contracts/resources-queue';
import { Processor, WorkerHost } from '@nestjs/bullmq';
import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import type { Job } from 'bullmq';
import { Counter, Histogram } from 'prom-client';
import { WorkerLog } from '../worker-log.js';
import { makePass } from './make-pass.js';
import { Reconciler } from './reconciler.js';
import { WorkerRun } from './worker-run.js';

const passes = new Counter<'outcome'>({ name: 'dockhero_passes_total', help: 'Passes by outcome', labelNames: ['outcome'] });
const seconds = new Histogram({
  name: 'dockhero_pass_duration_seconds',
  help: 'Duration of a pass',
  buckets: [0.05, 0.2, 0.5, 1, 3, 10, 30],
});
const metrics = { passes, seconds };

/** Takes rings off the queue. Each is one pass; waiting delays the job and spends no attempt; failing is left to the queue's back-off. */
@Processor(resourcesQueue.name, { autorun: false })
export class ReconcileProcessor extends WorkerHost implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #run = new WorkerRun();

  constructor(
    private readonly reconciler: Reconciler,
    private readonly log: WorkerLog,
  ) {
    super();
  }

  onApplicationBootstrap(): void {
    this.#run.start(this.worker, this.log.logger);
  }

  async process(job: Job, token?: string): Promise<void> {
    const { resourceId } = resourcesQueue.payload.parse(job.data);
    const context = { resourceId, job: job.name, attempt: job.attemptsMade };
    await makePass(job, token, () => this.reconciler.pass(resourceId), metrics, this.log.logger, context);
  }

  async onModuleDestroy(): Promise<void> {
    await this.#run.drain(this.worker);
  }
}
