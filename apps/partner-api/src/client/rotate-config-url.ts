import type { ConfigUrlRotation } from '@dockhero/contracts/client-api';
import { ResourceStore } from '@dockhero/database/resource-store';
import { Doorbell } from '@dockhero/queue/doorbell';
import { Injectable } from '@nestjs/common';
import { FindResource } from './find-resource.js';

/**
 * Wants another `DOCKHERO_CONFIG_URL`. The worker gives it to Heroku; until that is done the old one works, after it not. The answer does not
 * hold it: whoever leaked the old one must not learn the new one.
 */
@Injectable()
export class RotateConfigUrl {
  constructor(
    private readonly find: FindResource,
    private readonly resources: ResourceStore,
    private readonly doorbell: Doorbell,
  ) {}

  /** Asked again while one is under way, it changes nothing but rings once more. */
  async run(token: string): Promise<ConfigUrlRotation> {
    const { resource } = await this.find.run(token);
    await this.resources.rotateConfigToken(resource.id);
    this.doorbell.ring('rotate-config-url', resource.id, { wake: true });
    return { rotating: true };
  }
}
