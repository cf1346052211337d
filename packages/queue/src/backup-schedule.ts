import { backupScheduleQueue } from '@dockhero/contracts/backup-schedule-queue';
import { once } from 'node:events';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';

/** How long a process that starts waits for Redis, in milliseconds. */
const connectMs = 5_000;

/** The beat of the daily backups: BullMQ's job scheduler, of which there is one however many processes ask for it. */
export class BackupSchedule {
  readonly #queue: Queue;

  constructor(private readonly redis: Redis) {
    this.#queue = new Queue(backupScheduleQueue.name, { connection: redis, skipWaitingForReady: true, skipVersionCheck: true });
    this.#queue.on('error', () => {}); // reported by each call
  }

  /** Sets it, unless it is set. @throws whatever Redis says. */
  async keep(): Promise<void> {
    const { job, everyMs, policy } = backupScheduleQueue;
    // A command before that would fail at once, and this is called when a process starts.
    if (this.redis.status !== 'ready') await once(this.redis, 'ready', { signal: AbortSignal.timeout(connectMs) });
    if (await this.#queue.getJobScheduler(job)) return;
    await this.#queue.upsertJobScheduler(job, { every: everyMs }, { name: job, opts: policy });
  }

  async close(): Promise<void> {
    await this.#queue.close().catch(() => {});
  }
}
