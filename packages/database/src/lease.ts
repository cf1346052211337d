import { randomUUID } from 'node:crypto';
import { AppError } from '@dockhero/domain/errors';
import type { ResourceId } from '@dockhero/domain/resource';
import { orUnavailable, type Database, type Transaction } from './client.js';

/** The right to make one pass over one resource. Time is the database's: workers' clocks may differ. */
export class Lease {
  private constructor(
    private readonly database: Database,
    readonly resourceId: ResourceId,
    private readonly holder: string,
  ) {}

  /** The lease, or null while another pass holds it. @param leaseMs how long it lasts without renewal; longer than any pass. */
  static async acquire(database: Database, resourceId: ResourceId, leaseMs: number): Promise<Lease | null> {
    const holder = randomUUID();
    const rows = await orUnavailable(
      () => database.$queryRaw<{ holder: string }[]>`
        INSERT INTO leases (resource_id, holder, until) VALUES (${resourceId}::uuid, ${holder}, now() + ${leaseMs} * interval '1 millisecond')
        ON CONFLICT (resource_id) DO UPDATE SET holder = EXCLUDED.holder, until = EXCLUDED.until WHERE leases.until < now()
        RETURNING holder`,
    );
    return rows.length > 0 ? new Lease(database, resourceId, holder) : null;
  }

  /**
   * Fences a write: locks the lease row and fails when somebody else holds it by now, so a worker that was stalled past
   * its lease cannot overwrite what its replacement has found. @throws AppError `lease_lost`.
   */
  async assertHeld(transaction: Transaction): Promise<void> {
    const rows = await transaction.$queryRaw<unknown[]>`
      SELECT 1 FROM leases WHERE resource_id = ${this.resourceId}::uuid AND holder = ${this.holder} FOR SHARE`;
    if (rows.length === 0) throw new AppError('lease_lost', { resourceId: this.resourceId });
  }

  /** Runs `write` in a transaction that holds only if the lease does. */
  async fenced<T>(write: (transaction: Transaction) => Promise<T>): Promise<T> {
    return await orUnavailable(() =>
      this.database.$transaction(async (transaction) => {
        await this.assertHeld(transaction);
        return await write(transaction);
      }),
    );
  }

  /** Gives the lease back. Never throws: a lease that could not be given back ends by itself. */
  async release(): Promise<void> {
    await this.database.$executeRaw`DELETE FROM leases WHERE resource_id = ${this.resourceId}::uuid AND holder = ${this.holder}`.catch(
      () => 0,
    );
  }
}
