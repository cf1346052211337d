import type { Database } from '@dockhero/database/client';
import { Lease } from '@dockhero/database/lease';
import type { ResourceId } from '@dockhero/domain/resource';

/** Gives out leases of one length. */
export class Leases {
  constructor(
    private readonly database: Database,
    private readonly leaseMs: number,
  ) {}

  async acquire(resourceId: ResourceId): Promise<Lease | null> {
    return await Lease.acquire(this.database, resourceId, this.leaseMs);
  }
}
