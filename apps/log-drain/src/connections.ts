import type { Database } from '@dockhero/database/client';
import type { ReadinessCheck } from '@dockhero/runtime/operator-routes';
import type { OnApplicationShutdown } from '@nestjs/common';
import type { SeldomDoorbell } from './seldom-doorbell.js';

/** The process's clients: what readiness asks, and what closes after the last line was delivered. */
export class Connections implements OnApplicationShutdown {
  constructor(
    private readonly database: Database,
    private readonly doorbell: SeldomDoorbell,
  ) {}

  /** Redis is left out on purpose: without it every line is delivered all the same. */
  readinessChecks(): ReadinessCheck[] {
    return [{ name: 'postgres', check: () => this.database.pool.query('SELECT 1') }];
  }

  async onApplicationShutdown(): Promise<void> {
    await this.doorbell.close();
    await this.database.$disconnect();
  }
}
