import type { EndedSilence } from '@dockhero/contracts/monitoring-api';
import { AuditLog } from '@dockhero/database/audit-log';
import { SilenceStore } from '@dockhero/database/silence-store';
import { AppError } from '@dockhero/domain/errors';
import { Injectable } from '@nestjs/common';
import { FindResource } from '../client/find-resource.js';

/** Ends a silence before its time. */
@Injectable()
export class EndSilence {
  constructor(
    private readonly find: FindResource,
    private readonly silences: SilenceStore,
    private readonly audit: AuditLog,
  ) {}

  /** @throws AppError `silence_not_found`: it may have ended by itself. */
  async run(token: string, silenceId: string): Promise<EndedSilence> {
    const { resource } = await this.find.run(token);
    if (!(await this.silences.end(resource.id, silenceId))) throw new AppError('silence_not_found', { id: resource.id });
    await this.audit.write(resource.id, 'desired', 'A silence of alerts was ended', { silence: silenceId });
    return { id: silenceId, ended_at: new Date().toISOString() };
  }
}
