import type { Database } from '@dockhero/database/client';
import type { ReadinessCheck } from '@dockhero/runtime/operator-routes';
import type { OnApplicationShutdown } from '@nestjs/common';
import type { Redis } from 'ioredis';

/** The process's clients: what readiness asks, and what closes after the last pass has ended. */
export class Connections implements OnApplicationShutdown {
  constructor(
    private readonly database: Database,
    private readonly redis: Redis,
    /** What adds to queues: closed first, since it sends what it still holds. */
    private readonly producers: readonly { readonly close: () => Promise<void> }[],
  ) {}

  readinessChecks(): ReadinessCheck[] {
    return [
      { name: 'postgres', check: () => this.database.$queryRaw`SELECT 1` },
      { name: 'redis', check: () => this.redis.ping() },
    ];
  }

  async onApplicationShutdown(): Promise<void> {
    for (const producer of this.producers) await producer.close();
    this.redis.disconnect();
    await this.database.$disconnect();
  }
}
