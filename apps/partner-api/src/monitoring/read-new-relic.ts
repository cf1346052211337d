import type { NewRelicStatus } from '@dockhero/contracts/monitoring-api';
import { AlertSettingsStore } from '@dockhero/database/alert-settings-store';
import { NewRelicStatusStore } from '@dockhero/database/new-relic-status-store';
import type { ResourceId } from '@dockhero/domain/resource';
import { Injectable } from '@nestjs/common';
import { FindResource } from '../client/find-resource.js';

/** Whether figures go to New Relic, and what it last said. Never the key. */
@Injectable()
export class ReadNewRelic {
  constructor(
    private readonly find: FindResource,
    private readonly settings: AlertSettingsStore,
    private readonly statuses: NewRelicStatusStore,
  ) {}

  async run(token: string): Promise<NewRelicStatus> {
    const { resource } = await this.find.run(token);
    return await this.of(resource.id);
  }

  async of(id: ResourceId): Promise<NewRelicStatus> {
    const [{ newRelic }, status] = await Promise.all([this.settings.read(id), this.statuses.read(id)]);
    if (!newRelic.isSet) return { enabled: false, region: null, last_ok_at: null, error: null };
    const { okAt = null, errorAt = null, error = null } = status ?? {};
    const isFailing = errorAt !== null && (okAt === null || errorAt > okAt);
    return { enabled: true, region: newRelic.region, last_ok_at: okAt?.toISOString() ?? null, error: isFailing ? error : null };
  }
}
