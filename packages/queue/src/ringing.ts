import { Queue, type BulkJobOptions } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';

/** Rings of the same moment share one trip to Redis: nobody notices the milliseconds, and Redis has half the work. */
const gatherMs = 10;
/** Redis runs one script per ring and nothing else meanwhile: a larger batch would keep the workers waiting. */
const batchSize = 100;

export interface Ring {
  /** Of the job, for people who read the queue. */
  readonly name: string;
  /** Of what is to be looked at: rings for it during a pass cause exactly one more. */
  readonly id: string;
  readonly data: object;
  /** True runs a waiting pass now (something happened); false leaves its back-off alone (the sweep). */
  readonly wake: boolean;
}

/** What doorbells have in common: jobs that say "look again", gathered and sent to one queue. */
export class Ringing {
  readonly #queue: Queue;
  readonly #underWay = new Set<Promise<unknown>>();
  #gathered: { readonly name: string; readonly data: object; readonly opts: BulkJobOptions }[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(
    redis: Redis,
    private readonly logger: Logger,
    queueName: string,
    private readonly policy: Readonly<BulkJobOptions>,
  ) {
    // Both skips: else BullMQ sends a command at once, before Redis is connected, and remembers its failure for good.
    this.#queue = new Queue(queueName, { connection: redis, skipWaitingForReady: true, skipVersionCheck: true });
    this.#queue.on('error', () => {}); // reported by each ring
  }

  /** Returns at once and never throws: a lost ring costs a minute, because the sweep finds what it missed. */
  ring({ name, id, data, wake }: Ring): void {
    const deduplication = { id, keepLastIfActive: true, ...(wake ? { reschedule: true } : {}) };
    this.#gathered.push({ name, data, opts: { ...this.policy, deduplication } });
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
        this.logger.warn({ queue: this.#queue.name, rings: rings.map(({ data }) => data), error }, 'rings lost; the sweep will find them'),
      )
      .finally(() => this.#underWay.delete(sent));
    this.#underWay.add(sent);
  }
}
