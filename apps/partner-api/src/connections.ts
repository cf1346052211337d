import type { Database } from '@dockhero/database/client';
import type { Doorbell } from '@dockhero/queue/doorbell';
import type { ReadinessCheck } from '@dockhero/runtime/operator-routes';
import type { OnApplicationShutdown } from '@nestjs/common';
import type { Redis } from 'ioredis';

/** The process's clients: what readiness asks, and what closes after the last request was answered. */
export class Connections implements OnApplicationShutdown {
  constructor(
    private readonly database: Database,
    private readonly redis: Redis,
    private readonly doorbells: readonly Pick<Doorbell, 'close'>[],
  ) {}

  /** Redis is left out on purpose: without it the API still takes every request, and the sweep rings later. */
  readinessChecks(): ReadinessCheck[] {
    return [{ name: 'postgres', check: () => this.database.$queryRaw`SELECT 1` }];
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.doorbells.map((doorbell) => doorbell.close()));
    this.redis.disconnect();
    await this.database.$disconnect();
  }
}
