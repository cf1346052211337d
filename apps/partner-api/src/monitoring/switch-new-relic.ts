import type { NewRelicRequest, NewRelicStatus } from '@dockhero/contracts/monitoring-api';
import { AlertSettingsStore } from '@dockhero/database/alert-settings-store';
import { AuditLog } from '@dockhero/database/audit-log';
import { AppError } from '@dockhero/domain/errors';
import { Secret } from '@dockhero/domain/secret';
import { Injectable } from '@nestjs/common';
import { FindResource } from '../client/find-resource.js';
import { ReadNewRelic } from './read-new-relic.js';

/** Sends a customer's figures to an account at New Relic, or no longer. */
@Injectable()
export class SwitchNewRelic {
  constructor(
    private readonly find: FindResource,
    private readonly settings: AlertSettingsStore,
    private readonly status: ReadNewRelic,
    private readonly audit: AuditLog,
  ) {}

  /** @param request null switches it off. @throws AppError `resource_gone`. */
  async run(token: string, request: NewRelicRequest | null): Promise<NewRelicStatus> {
    const { resource } = await this.find.run(token);
    const isThere = await this.settings.write(
      resource.id,
      request ? { newRelicKey: new Secret(request.license_key), newRelicRegion: request.region } : { newRelicKey: null },
    );
    if (!isThere) throw new AppError('resource_gone', { id: resource.id });
    const text = request ? `A New Relic key was set, region ${request.region}` : 'The New Relic key was removed';
    await this.audit.write(resource.id, 'desired', text);
    return await this.status.of(resource.id);
  }
}
