import type { AlertSilence, SilenceRequest } from '@dockhero/contracts/monitoring-api';
import { AuditLog } from '@dockhero/database/audit-log';
import { SilenceStore } from '@dockhero/database/silence-store';
import { AppError } from '@dockhero/domain/errors';
import { Injectable } from '@nestjs/common';
import { FindResource } from '../client/find-resource.js';
import { toSilence } from './alert-answers.js';

/** Has nobody told of what matches, for a time. Incidents go on being recorded. */
@Injectable()
export class AddSilence {
  constructor(
    private readonly find: FindResource,
    private readonly silences: SilenceStore,
    private readonly audit: AuditLog,
  ) {}

  /** @throws AppError `too_many_silences`, `resource_gone`. */
  async run(token: string, request: SilenceRequest): Promise<AlertSilence> {
    const { minutes } = request;
    const rule = request.rule ?? null;
    const object = request.object ?? null;
    const { resource } = await this.find.run(token);
    const silence = await this.silences.add(resource.id, { rule, object, until: new Date(Date.now() + minutes * 60_000) });
    if (!silence) {
      await this.find.run(token); // removed meanwhile?
      throw new AppError('too_many_silences', { id: resource.id });
    }
    const what = `${rule ?? 'all rules'}${object === null ? '' : ` of ${object}`}`;
    await this.audit.write(resource.id, 'desired', `Alerts were silenced: ${what}, for ${String(minutes)} minutes`, {
      silence: silence.id,
    });
    return toSilence(silence);
  }
}
