import { volumesQueue } from '@dockhero/contracts/volumes-queue';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { Ringing } from './ringing.js';

/** Of every job of the queue: all do the same. */
const jobName = 'look again';

/** "Look at this volume again." The only producer of the volumes queue. */
export class VolumeDoorbell {
  readonly #ringing: Ringing;

  constructor(redis: Redis, logger: Logger) {
    this.#ringing = new Ringing(redis, logger, volumesQueue.name, volumesQueue.policy);
  }

  /** Asks for a pass over the volume, as `Doorbell.ring` does over a resource. */
  ring(volumeId: string, { wake }: { wake: boolean }): void {
    this.#ringing.ring({ name: jobName, id: volumeId, data: { volumeId }, wake });
  }

  /** Waits for rings under way, then closes. */
  async close(): Promise<void> {
    await this.#ringing.close();
  }
}
