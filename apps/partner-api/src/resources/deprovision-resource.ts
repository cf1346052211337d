import { ResourceStore } from '@dockhero/database/resource-store';
import { Doorbell } from '@dockhero/queue/doorbell';
import { Injectable } from '@nestjs/common';

/**
 * Wants a resource gone and says so at once; the worker tears down. Works in any state, also while it is being provisioned.
 * A uuid never seen leaves a tombstone: Heroku's requests may arrive out of order, and a provision that comes after its own
 * removal must not start anything.
 */
@Injectable()
export class DeprovisionResource {
  constructor(
    private readonly resources: ResourceStore,
    private readonly doorbell: Doorbell,
  ) {}

  async run(id: string): Promise<'removing' | 'gone'> {
    // The grave first: a provision request that runs beside this call either sees it, or has made the row that is removed here.
    if (await this.resources.bury(id)) return 'gone';
    if (!(await this.resources.remove(id))) return 'gone';
    this.doorbell.ring('deprovision', id, { wake: true });
    return 'removing';
  }
}
