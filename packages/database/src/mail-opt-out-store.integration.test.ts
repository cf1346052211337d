import { afterAll, beforeAll, expect, it } from 'vitest';
import { MailOptOutStore } from './mail-opt-out-store.js';
import { lease, makeHosts, openDeadDatabase, openTestDatabase } from './testing/open-test-database.js';

let stores: Awaited<ReturnType<typeof openTestDatabase>>;
beforeAll(async () => {
  stores = await openTestDatabase();
});
afterAll(() => stores.close());

it('an address opts out of one add-on, once however it is written and however often it is said, and may come back', async () => {
  const optOuts = new MailOptOutStore(stores.database);
  const [{ resourceId }, other] = [await makeHosts(stores, 1), await makeHosts(stores, 1)];
  const added = await Promise.all(
    ['Ann@Example.com', ' ann@example.com', 'bob@example.com'].map((email) => optOuts.add(resourceId, email)),
  );
  expect(added.filter(Boolean)).toHaveLength(2);
  expect(await optOuts.list(resourceId)).toEqual(['ann@example.com', 'bob@example.com']);
  expect(await optOuts.list(other.resourceId)).toEqual([]);
  expect(await optOuts.remove(resourceId, ['ANN@example.com', 'nobody@example.com'])).toBe(1);
  expect(await optOuts.list(resourceId)).toEqual(['bob@example.com']);
});

it('of an add-on that is removed nothing is kept, and nothing is added', async () => {
  const optOuts = new MailOptOutStore(stores.database);
  const { resourceId } = await makeHosts(stores, 1);
  await optOuts.add(resourceId, 'ann@example.com');
  const held = await lease(stores.database, resourceId);
  await stores.clusters.forget(held, new Date(), 2);
  expect([await optOuts.add(resourceId, 'ann@example.com'), await optOuts.list(resourceId)]).toEqual([false, []]);
  await expect(new MailOptOutStore(openDeadDatabase()).list(resourceId)).rejects.toMatchObject({ code: 'storage_unavailable' });
});
