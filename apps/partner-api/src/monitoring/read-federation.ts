import { AlertSettingsStore } from '@dockhero/database/alert-settings-store';
import { ResourceStore } from '@dockhero/database/resource-store';
import { AppError } from '@dockhero/domain/errors';
import { Injectable } from '@nestjs/common';
import { HostHistory } from './host-history.js';
import { renderFederation } from './render-federation.js';
import { hashFederationToken } from './switch-federation.js';

/** What is older is not told: a host that is silent is missing, as a target that cannot be scraped. */
const freshMs = 120_000;
/** More than there can be samples in that time: each is a point of its own. */
const points = 60;

/** The latest figures of a resource's hosts, for whoever has its federation token. */
@Injectable()
export class ReadFederation {
  constructor(
    private readonly settings: AlertSettingsStore,
    private readonly resources: ResourceStore,
    private readonly history: HostHistory,
  ) {}

  /** @throws AppError `resource_not_found`, `resource_gone`. */
  async run(token: string): Promise<string> {
    const id = await this.settings.findByFederationTokenHash(hashFederationToken(token));
    const found = id === null ? null : await this.resources.find(id);
    if (!found) throw new AppError('resource_not_found');
    const { resource } = found;
    if (resource.desired === 'removed') throw new AppError('resource_gone', { id: resource.id });
    const now = Date.now();
    const { hosts } = await this.history.read(resource.id, new Date(now - freshMs), new Date(now), points);
    const latest = hosts.flatMap(({ hostIndex, points: known }) => {
      const point = known.at(-1);
      return point ? [{ hostIndex, point }] : [];
    });
    return renderFederation(resource.name, latest);
  }
}
