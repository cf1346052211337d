import { resourcesQueue, type ResourceJob } from '@dockhero/contracts/resources-queue';
import type { ResourceId } from '@dockhero/domain/resource';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { Ringing } from './ringing.js';

/** "Look at this resource again." The only producer of the resources queue. */
export class Doorbell {
  readonly #ringing: Ringing;

  constructor(redis: Redis, logger: Logger) {
    this.#ringing = new Ringing(redis, logger, resourcesQueue.name, resourcesQueue.policy);
  }

  /**
   * Asks for a pass. Returns at once and never throws: a lost ring costs a minute, because the sweep finds what it missed.
   * Rings during a pass cause exactly one more.
   * @param wake true runs a waiting pass now (something happened); false leaves its back-off alone (the sweep).
   */
  ring(job: ResourceJob, resourceId: ResourceId, { wake }: { wake: boolean }): void {
    this.#ringing.ring({ name: job, id: resourceId, data: { resourceId }, wake });
  }

  /** Waits for rings under way, then closes. */
  async close(): Promise<void> {
    await this.#ringing.close();
  }
}
