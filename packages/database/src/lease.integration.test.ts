import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Lease } from './lease.js';
import { lease, load, newResource, openTestDatabase } from './testing/open-test-database.js';

let stores: Awaited<ReturnType<typeof openTestDatabase>>;
beforeAll(async () => {
  stores = await openTestDatabase();
});
afterAll(() => stores.close());

const expire = (id: string) =>
  stores.database.$executeRaw`UPDATE leases SET until = now() - interval '1 second' WHERE resource_id = ${id}::uuid`;

describe('a lease', () => {
  it('is given to one of many who ask at once', async () => {
    const id = randomUUID();
    const leases = await Promise.all(Array.from({ length: 30 }, () => Lease.acquire(stores.database, id, 60_000)));
    expect(leases.filter((held) => held !== null)).toHaveLength(1);
  });

  it('is free again when it is given back, and a second giving back takes nothing from the next holder', async () => {
    const id = randomUUID();
    const first = await lease(stores.database, id);
    await first.release();
    const second = await lease(stores.database, id);
    await first.release();
    expect(await Lease.acquire(stores.database, id, 60_000)).toBeNull();
    await second.release();
  });

  it('ends by the database’s clock, and goes to one of those who then ask', async () => {
    const id = randomUUID();
    await lease(stores.database, id, 50);
    await new Promise((resolve) => setTimeout(resolve, 80));
    const next = await Promise.all(Array.from({ length: 10 }, () => Lease.acquire(stores.database, id, 60_000)));
    expect(next.filter((held) => held !== null)).toHaveLength(1);
  });

  it('keeps a stalled holder from writing once somebody else holds it: nothing of its transaction stays', async () => {
    const { id } = newResource();
    await stores.resources.create(newResource({ id }));
    const stalled = await lease(stores.database, id);
    await load(stores.clusters, stalled);
    await expire(id);
    const next = await lease(stores.database, id);
    await stores.clusters.record(next, { step: 'by the next' });
    await expect(stores.clusters.record(stalled, { step: 'by the stalled' })).rejects.toMatchObject({ code: 'lease_lost' });
    await expect(stores.clusters.ensureHosts(stalled, 3)).rejects.toMatchObject({ code: 'lease_lost' });
    await expect(stores.clusters.forget(stalled, new Date(), 1)).rejects.toMatchObject({ code: 'lease_lost' });
    const { facts, hosts } = await load(stores.clusters, next);
    expect(facts).toMatchObject({ step: 'by the next', removedAt: null });
    expect(hosts).toEqual([]);
  });

  it('is not taken over in the middle of a fenced write', async () => {
    const { id } = newResource();
    await stores.resources.create(newResource({ id }));
    const slow = await lease(stores.database, id);
    await load(stores.clusters, slow);
    await expire(id);
    const order: string[] = [];
    const { promise: inside, resolve: isInside } = Promise.withResolvers<void>();
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    const write = slow.fenced(async (transaction) => {
      isInside();
      await gate;
      await transaction.cluster.update({ where: { resourceId: id }, data: { step: 'written' } });
      order.push('written');
    });
    await inside;
    const taken = Lease.acquire(stores.database, id, 60_000).then(() => order.push('taken'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    open();
    await Promise.all([write, taken]);
    expect(order).toEqual(['written', 'taken']);
  });

  it('that was given back early writes nothing either', async () => {
    const { id } = newResource();
    await stores.resources.create(newResource({ id }));
    const held = await lease(stores.database, id);
    await load(stores.clusters, held);
    await held.release();
    await expect(stores.clusters.record(held, { step: 'late' })).rejects.toMatchObject({ code: 'lease_lost' });
  });
});
