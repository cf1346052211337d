import { afterAll, beforeAll, expect, it } from 'vitest';
import { HostLeaseStore } from './host-lease-store.js';
import { LogLagStore } from './log-lag-store.js';
import { makeHosts, openDeadDatabase, openTestDatabase } from './testing/open-test-database.js';

let stores: Awaited<ReturnType<typeof openTestDatabase>>;
beforeAll(async () => {
  stores = await openTestDatabase();
});
afterAll(() => stores.close());

it('only the holder of a host notes how late its log is, and only as long as it is the holder', async () => {
  const { hostIds } = await makeHosts(stores, 3);
  const [own = '', others = '', ended = ''] = hostIds;
  const leases = new HostLeaseStore(stores.database, 'log');
  const lag = new LogLagStore(stores.database);
  await leases.hold('a', [own, ended], 60_000);
  await leases.hold('b', [others], 60_000);
  await stores.database.logLease.update({ where: { hostId: ended }, data: { until: new Date(Date.now() - 1_000) } });
  const since = new Date('2030-01-01T00:00:00Z');
  await lag.note('a', new Map(hostIds.map((hostId) => [hostId, since])));
  const noted = async () => new Map((await stores.database.logLease.findMany()).map(({ hostId, lateSince }) => [hostId, lateSince]));
  expect(await noted()).toEqual(
    new Map([
      [own, since],
      [others, null],
      [ended, null],
    ]),
  );
  await leases.hold('a', [own], 60_000);
  expect((await noted()).get(own)).toEqual(since);
  await lag.note('a', new Map([[own, null]]));
  expect((await noted()).get(own)).toBeNull();
  await lag.note('a', new Map());
  await expect(new LogLagStore(openDeadDatabase()).note('a', new Map([[own, null]]))).rejects.toMatchObject({
    code: 'storage_unavailable',
  });
});
