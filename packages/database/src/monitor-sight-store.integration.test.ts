import { afterAll, beforeAll, expect, it } from 'vitest';
import { DutyMembers } from './duty-members.js';
import { MonitorSightStore } from './monitor-sight-store.js';
import { openDeadDatabase, openTestDatabase } from './testing/open-test-database.js';

let stores: Awaited<ReturnType<typeof openTestDatabase>>;
beforeAll(async () => {
  stores = await openTestDatabase();
});
afterAll(() => stores.close());

it('each member knows what the other living ones see, and a beat does not forget it', async () => {
  const sights = new MonitorSightStore(stores.database);
  const members = new DutyMembers(stores.database, 'monitor');
  await sights.note('never-heard-of', { hosts: 1, silent: 1 });
  for (const id of ['a', 'b', 'silent', 'dead']) await members.beat(id, 60_000);
  await sights.note('a', { hosts: 10, silent: 9 });
  await sights.note('b', { hosts: 20, silent: 0 });
  await sights.note('dead', { hosts: 30, silent: 0 });
  await stores.database.pool.query("UPDATE monitor_members SET until = now() - interval '1 second' WHERE id = 'dead'");
  await members.beat('b', 60_000);
  expect(await sights.others('a')).toEqual([{ hosts: 20, silent: 0 }]);
  await expect(new MonitorSightStore(openDeadDatabase()).others('a')).rejects.toMatchObject({ code: 'storage_unavailable' });
});
