import type { Database } from '@dockhero/database/client';
import type { ReadinessCheck } from '@dockhero/runtime/operator-routes';
import type { OnApplicationShutdown } from '@nestjs/common';
import type { MailSender } from './notify/send-mail.js';

/** The process's clients: what readiness asks, and what closes last. */
export class Connections implements OnApplicationShutdown {
  constructor(
    private readonly database: Database,
    private readonly mail: MailSender | null,
  ) {}

  /** The mail server is left out on purpose: mails wait for it, everything else goes on. */
  readinessChecks(): ReadinessCheck[] {
    return [{ name: 'postgres', check: () => this.database.pool.query('SELECT 1') }];
  }

  async onApplicationShutdown(): Promise<void> {
    this.mail?.close();
    await this.database.$disconnect();
  }
}
