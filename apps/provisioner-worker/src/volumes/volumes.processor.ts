import { volumesQueue } from '@dockhero/contracts/volumes-queue';
import { Processor, WorkerHost } from '@nestjs/bullmq';
import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import type { Job } from 'bullmq';
import { Counter, Histogram } from 'prom-client';
import { makePass } from '../reconcile/make-pass.js';
import { WorkerRun } from '../reconcile/worker-run.js';
import { WorkerLog } from '../worker-log.js';
import { VolumeReconciler } from './volume-reconciler.js';

const passes = new Counter<'outcome'>({
  name: 'dockhero_volume_passes_total',
  help: 'Passes over volumes by outcome',
  labelNames: ['outcome'],
});
const seconds = new Histogram({
  name: 'dockhero_volume_pass_duration_seconds',
  help: 'Duration of a pass over a volume',
  buckets: [0.05, 0.2, 0.5, 1, 3, 10, 30],
});
const metrics = { passes, seconds };

/** Takes rings for volumes off their queue: one pass each, as ReconcileProcessor does for resources. */
@Processor(volumesQueue.name, { autorun: false })
export class VolumesProcessor extends WorkerHost implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #run = new WorkerRun();

  constructor(
    private readonly reconciler: VolumeReconciler,
    private readonly log: WorkerLog,
  ) {
    super();
  }

  onApplicationBootstrap(): void {
    this.#run.start(this.worker, this.log.logger);
  }

  async process(job: Job, token?: string): Promise<void> {
    const { volumeId } = volumesQueue.payload.parse(job.data);
    const context = { volumeId, attempt: job.attemptsMade };
    await makePass(job, token, () => this.reconciler.pass(volumeId), metrics, this.log.logger, context);
  }

  async onModuleDestroy(): Promise<void> {
    await this.#run.drain(this.worker);
  }
}
