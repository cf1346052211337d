import { once } from 'node:events';
import type { Secret } from '@dockhero/domain/secret';
import type { Doorbell } from '@dockhero/queue/doorbell';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';

/** A connection that is not there by then is not waited for: the ring is lost, and the sweep finds what it missed. */
const connectMs = 3_000;

type Ring = Parameters<Doorbell['ring']>;

interface Opened {
  readonly doorbell: Doorbell;
  readonly redis: Redis;
}

/**
 * The doorbell, opened when it is rung for the first time: that happens only when Heroku has changed a log input, and BullMQ with its client for Redis
 * takes some 10 MB.
 */
export class SeldomDoorbell {
  #opened: Promise<Opened> | null = null;
  readonly #underWay = new Set<Promise<void>>();

  constructor(
    private readonly redisUrl: Secret,
    private readonly logger: Logger,
  ) {}

  /** Returns at once and never throws, as Doorbell. */
  ring(...parameters: Ring): void {
    const ringing: Promise<void> = this.#ring(...parameters).finally(() => this.#underWay.delete(ringing));
    this.#underWay.add(ringing);
  }

  /** Waits for rings under way, then closes. */
  async close(): Promise<void> {
    await Promise.all(this.#underWay);
    const opened = await this.#opened?.catch(() => null);
    await opened?.doorbell.close();
    opened?.redis.disconnect();
  }

  async #ring(...parameters: Ring): Promise<void> {
    try {
      this.#opened ??= this.#open();
      (await this.#opened).doorbell.ring(...parameters);
    } catch (error) {
      this.#opened = null;
      this.logger.warn({ error, resourceId: parameters[1] }, 'the doorbell could not be opened; the sweep will find what it missed');
    }
  }

  async #open(): Promise<Opened> {
    const [{ openProducerRedis }, { Doorbell }] = await Promise.all([
      import('@dockhero/queue/connection'),
      import('@dockhero/queue/doorbell'),
    ]);
    const redis = openProducerRedis(this.redisUrl);
    // Commands fail before it is connected. An error means that it tries again, and that this ring may be lost.
    await once(redis, 'ready', { signal: AbortSignal.timeout(connectMs) }).catch(() => {});
    return { doorbell: new Doorbell(redis, this.logger), redis };
  }
}
