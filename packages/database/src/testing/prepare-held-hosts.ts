import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { Duty } from '../duty.js';
import { HostLeaseStore } from '../host-lease-store.js';
import { makeHosts, openTestDatabase } from './open-test-database.js';

/** A resource with two hosts, both held by member `a` for a minute. */
export interface HeldHosts {
  readonly stores: Awaited<ReturnType<typeof openTestDatabase>>;
  readonly leases: HostLeaseStore;
  readonly resourceId: string;
  readonly hosts: [string, string];
}

/** Makes it before each test of the file, on one database, and hands it over. */
export function prepareHeldHosts(duty: Duty, take: (made: HeldHosts) => void): void {
  let stores: HeldHosts['stores'];
  beforeAll(async () => {
    stores = await openTestDatabase();
  });
  afterAll(() => stores.close());
  beforeEach(async () => {
    const { resourceId, hostIds } = await makeHosts(stores, 2);
    const leases = new HostLeaseStore(stores.database, duty);
    await leases.hold('a', hostIds, 60_000);
    take({ stores, leases, resourceId, hosts: hostIds as [string, string] });
  });
}
