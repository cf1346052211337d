import { resourcesQueue, type ResourceJob } from '@dockhero/contracts/resources-queue';
import type { ResourceId } from '@dockhero/domain/resource';
import { Queue, type BulkJobOptions } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';

/** Rings of the same moment share one trip to Redis: nobody notices the milliseconds, and Redis has half the work. */
const gatherMs = 10;
/** Redis runs one script per ring and nothing else meanwhile: a larger batch would keep the workers waiting. */
const batchSize = 100;

interface Ring {
  readonly name: ResourceJob;
  readonly data: { readonly resourceId: ResourceId };
  readonly opts: BulkJobOptions;
}

/** "Look at this resource again." The only producer of the resources queue. */
export class Doorbell {
  readonly #queue: Queue;
  readonly #underWay = new Set<Promise<unknown>>();
  #gathered: Ring[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(
    redis: Redis,
    private readonly logger: Logger,
  ) {
    // Both skips: else BullMQ sends a command at once, before Redis is connected, and remembers its failure for good.
    this.#queue = new Queue(resourcesQueue.name, { connection: redis, skipWaitingForReady: true, skipVersionCheck: true });
    this.#queue.on('error', () => {}); // reported by each ring
  }

  /**
   * Asks for a pass. Returns at once and never throws: a lost ring costs a minute, because the sweep finds what it missed.
   * Rings during a pass cause exactly one more.
   * @param wake true runs a waiting pass now (something happened); false leaves its back-off alone (the sweep).
   */
  ring(job: ResourceJob, resourceId: ResourceId, { wake }: { wake: boolean }): void {
    const deduplication = { id: resourceId, keepLastIfActive: true, ...(wake ? { reschedule: true } : {}) };
    this.#gathered.push({ name: job, data: { resourceId }, opts: { ...resourcesQueue.policy, deduplication } });
    if (this.#gathered.length >= batchSize) this.#send();
    else this.#timer ??= setTimeout(() => this.#send(), gatherMs);
  }

  /** Waits for rings under way, then closes. */
  async close(): Promise<void> {
    this.#send();
    await Promise.all(this.#underWay);
    await this.#queue.close().catch(() => {});
  }

  #send(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const rings = this.#gathered;
    if (rings.length === 0) return;
    this.#gathered = [];
    const sent: Promise<unknown> = this.#queue
      .addBulk(rings)
      .catch((error: unknown) =>
        this.logger.warn({ resourceIds: rings.map(({ data }) => data.resourceId), error }, 'rings lost; the sweep will find them'),
      )
      .finally(() => this.#underWay.delete(sent));
    this.#underWay.add(sent);
  }
}
