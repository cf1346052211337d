import type { LogSettings } from '@dockhero/contracts/monitoring-api';
import { LogAttachmentStore } from '@dockhero/database/log-attachment-store';
import { AppError } from '@dockhero/domain/errors';
import type { ResourceId } from '@dockhero/domain/resource';
import { Injectable } from '@nestjs/common';
import { FindResource } from '../client/find-resource.js';

/** Which apps get an add-on's logs. */
@Injectable()
export class ReadLogSettings {
  constructor(
    private readonly find: FindResource,
    private readonly attachments: LogAttachmentStore,
  ) {}

  async run(token: string): Promise<LogSettings> {
    const { resource } = await this.find.run(token);
    return await this.of(resource.id);
  }

  async of(id: ResourceId): Promise<LogSettings> {
    const known = await this.attachments.read(id);
    if (!known) throw new AppError('resource_gone', { id });
    return {
      all_attachments: known.all,
      apps: known.apps.map(({ name, isOwner, hasInput }) => ({
        name,
        is_owner: isOwner,
        gets_logs: hasInput && (isOwner || known.all),
      })),
      apps_read_at: known.readAt?.toISOString() ?? null,
    };
  }
}
