import type { AuditEntry } from '@dockhero/database/audit-log';
import { ResourceStore, type ResourceWithFacts } from '@dockhero/database/resource-store';
import { AppError } from '@dockhero/domain/errors';
import { Injectable } from '@nestjs/common';

/** The resource behind a capability URL. */
@Injectable()
export class FindResource {
  constructor(private readonly resources: ResourceStore) {}

  /** @throws AppError `resource_not_found`, `resource_gone`. */
  async run(token: string): Promise<ResourceWithFacts> {
    return living(await this.resources.findByConfigToken(token));
  }

  /** With the latest `limit` events. @throws AppError as `run`. */
  async withHistory(token: string, limit: number): Promise<ResourceWithFacts & { events: AuditEntry[] }> {
    return living(await this.resources.findHistoryByConfigToken(token, limit));
  }
}

function living<T extends ResourceWithFacts>(found: T | null): T {
  if (!found) throw new AppError('resource_not_found');
  if (found.resource.desired === 'removed') throw new AppError('resource_gone', { id: found.resource.id });
  return found;
}
