import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leaseTables } from './duty.js';
import { HostLeaseStore } from './host-lease-store.js';
import { lease, makeHosts, openDeadDatabase, openTestDatabase } from './testing/open-test-database.js';

let stores: Awaited<ReturnType<typeof openTestDatabase>>;
beforeAll(async () => {
  stores = await openTestDatabase();
});
afterAll(() => stores.close());

const shuffled = (ids: readonly string[]) =>
  ids
    .map((id) => ({ id, at: Math.random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ id }) => id);

describe.each(['log', 'monitor'] as const)('%s leases', (duty) => {
  let leases: HostLeaseStore;
  beforeAll(() => {
    leases = new HostLeaseStore(stores.database, duty);
  });
  const hold = async (memberId: string, hostIds: readonly string[], leaseMs = 60_000) =>
    (await leases.hold(memberId, hostIds, leaseMs)).map(({ hostId }) => hostId).toSorted();
  const expire = (hostIds: string[]) =>
    stores.database.pool.query(`UPDATE ${leaseTables[duty]} SET until = now() - interval '1 second' WHERE host_id = ANY($1::uuid[])`, [
      hostIds,
    ]);
  const rows = async (hostIds: string[]) =>
    (
      await stores.database.pool.query<{ hostId: string; holder: string | null; until: Date }>(
        `SELECT host_id AS "hostId", holder, until FROM ${leaseTables[duty]} WHERE host_id = ANY($1::uuid[])`,
        [hostIds],
      )
    ).rows;

  it('give each of many hosts to exactly one of many who ask for all at once, whatever the order', async () => {
    const { hostIds } = await makeHosts(stores, 40);
    for (let round = 0; round < 5; round += 1) {
      const held = await Promise.all(Array.from({ length: 12 }, (_, member) => hold(`${round}-${member}`, shuffled(hostIds))));
      expect(held.flat().toSorted()).toEqual(hostIds.toSorted());
      await expire(hostIds);
    }
  });

  it('are renewed for their holder, and nobody else gets them meanwhile', async () => {
    const { hostIds } = await makeHosts(stores, 3);
    expect(await hold('a', hostIds.slice(0, 2))).toEqual(hostIds.slice(0, 2).toSorted());
    const before = await rows(hostIds);
    expect(await hold('b', hostIds)).toEqual([hostIds[2]]);
    expect(await hold('a', hostIds, 120_000)).toEqual(hostIds.slice(0, 2).toSorted());
    for (const { hostId, until } of before) {
      const [after] = await rows([hostId]);
      expect(after?.holder).toBe('a');
      expect((after?.until.getTime() ?? 0) - until.getTime()).toBeGreaterThan(50_000);
    }
  });

  it('end by the database’s clock', async () => {
    const { hostIds } = await makeHosts(stores, 1);
    expect(await hold('a', hostIds, 50)).toEqual(hostIds);
    await new Promise((resolve) => setTimeout(resolve, 80));
    expect(await hold('b', hostIds)).toEqual(hostIds);
    expect(await hold('a', hostIds)).toEqual([]);
  });

  it('know since when a host is followed: not anew with the next holder, nor after it was given back', async () => {
    const { hostIds } = await makeHosts(stores, 1);
    const [first] = await leases.hold('a', hostIds, 60_000);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await leases.release('a', hostIds);
    const [second] = await leases.hold('b', hostIds, 60_000);
    await expire(hostIds);
    const [third] = await leases.hold('c', hostIds, 60_000);
    expect(first?.followedSince).toBeInstanceOf(Date);
    expect([second, third]).toEqual([first, first]);
  });

  it('that are given back are free at once; giving back what another holds takes nothing from him', async () => {
    const { hostIds } = await makeHosts(stores, 2);
    await hold('a', hostIds);
    await leases.release('b', hostIds);
    expect(await hold('b', hostIds)).toEqual([]);
    await leases.release('a', [...hostIds, randomUUID()]);
    await leases.release('a', []);
    expect(await hold('b', hostIds)).toEqual(hostIds.toSorted());
    const dead = openDeadDatabase();
    await expect(new HostLeaseStore(dead, duty).release('b', hostIds)).resolves.toBeUndefined();
    await expect(new HostLeaseStore(dead, duty).hold('b', hostIds, 1)).rejects.toMatchObject({ code: 'storage_unavailable' });
    await dead.$disconnect();
  });

  it('of hosts that are unknown or removed are held by nobody, and the others are', async () => {
    const [kept, removed] = [await makeHosts(stores, 2), await makeHosts(stores, 2)];
    const all = [...removed.hostIds, randomUUID(), ...kept.hostIds];
    expect(await hold('a', [])).toEqual([]);
    await hold('a', all);
    await stores.clusters.forget(await lease(stores.database, removed.resourceId), new Date(), 2);
    expect(await hold('a', all)).toEqual(kept.hostIds.toSorted());
    expect(await rows(removed.hostIds)).toEqual([]);
  });

  it('do not wait for a removal that is under way, and are not taken of what is being removed', async () => {
    const [kept, removed] = [await makeHosts(stores, 1), await makeHosts(stores, 2)];
    const all = [...kept.hostIds, ...removed.hostIds];
    await hold('a', removed.hostIds.slice(0, 1));
    await stores.database.$transaction(async (transaction) => {
      await transaction.host.deleteMany({ where: { id: { in: removed.hostIds } } });
      expect(await hold('a', all)).toEqual(kept.hostIds);
      await leases.release('a', all);
    });
    expect(await hold('a', all)).toEqual(kept.hostIds);
  });
});

describe('leases of one duty', () => {
  it('are nothing to the other: a host’s logs and its state are followed by whoever has each', async () => {
    const { hostIds } = await makeHosts(stores, 1);
    const [logs, monitor] = [new HostLeaseStore(stores.database, 'log'), new HostLeaseStore(stores.database, 'monitor')];
    expect(await logs.hold('a', hostIds, 60_000)).toHaveLength(1);
    expect(await monitor.hold('b', hostIds, 60_000)).toHaveLength(1);
    await logs.release('b', hostIds);
    expect(await monitor.hold('a', hostIds, 60_000)).toEqual([]);
  });
});
