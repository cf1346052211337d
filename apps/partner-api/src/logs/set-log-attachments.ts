import type { LogSettings } from '@dockhero/contracts/monitoring-api';
import { LogAttachmentStore } from '@dockhero/database/log-attachment-store';
import { Doorbell } from '@dockhero/queue/doorbell';
import { Injectable } from '@nestjs/common';
import { FindResource } from '../client/find-resource.js';
import { ReadLogSettings } from './read-log-settings.js';

/**
 * Has logs go to every app that the add-on is attached to, or to its owner only. The drain sees it within seconds; the worker is rung to ask
 * Heroku which apps those are now, since an app may have been attached today.
 */
@Injectable()
export class SetLogAttachments {
  constructor(
    private readonly find: FindResource,
    private readonly attachments: LogAttachmentStore,
    private readonly settings: ReadLogSettings,
    private readonly doorbell: Doorbell,
  ) {}

  async run(token: string, all: boolean): Promise<LogSettings> {
    const { resource } = await this.find.run(token);
    await this.attachments.set(resource.id, all);
    if (all) this.doorbell.ring('provision', resource.id, { wake: true });
    return await this.settings.of(resource.id);
  }
}
