import { volumesQueue } from '@dockhero/contracts/volumes-queue';
import { Processor, WorkerHost } from '@nestjs/bullmq';
import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import type { Job } from 'bullmq';
import { Counter, Histogram } from 'prom-client';
import { makePass } from '../reconcile/make-pass.js';
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
  #running: Promise<void> = Promise.resolve();

  constructor(
    private readonly reconciler: VolumeReconciler,
    private readonly log: WorkerLog,
  ) {
    super();
  }

  onApplicationBootstrap(): void {
    const { logger } = this.log;
    // Without a listener a lost Redis would end the process; BullMQ reconnects by itself.
    this.worker.on('error', (error) => logger.warn({ error }, 'queue trouble'));
    this.#running = this.worker.run();
  }

  async process(job: Job, token?: string): Promise<void> {
    const { volumeId } = volumesQueue.payload.parse(job.data);
    const context = { volumeId, attempt: job.attemptsMade };
    await makePass(job, token, () => this.reconciler.pass(volumeId), metrics, this.log.logger, context);
  }

  /** Drains before anything else closes: the passes under way end, no new one starts. */
  async onModuleDestroy(): Promise<void> {
    await this.worker.close();
    await this.#running;
  }
}
