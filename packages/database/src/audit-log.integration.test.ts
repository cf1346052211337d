import { afterAll, beforeAll, expect, it } from 'vitest';
import { AuditLog } from './audit-log.js';
import { newResource, openDeadDatabase, openTestDatabase } from './testing/open-test-database.js';

let stores: Awaited<ReturnType<typeof openTestDatabase>>;
beforeAll(async () => {
  stores = await openTestDatabase();
});
afterAll(() => stores.close());

it('brings a resource’s entries of some kinds in order, from where one left off and no more than asked for', async () => {
  const [own, other] = [newResource(), newResource({ name: 'dockhero-test-2' })];
  for (const one of [own, other]) await stores.resources.create(one);
  const audit = new AuditLog(stores.database);
  for (const text of ['one', 'two', 'three']) {
    await audit.write(own.id, 'notice', text, { number: 1 });
    await audit.write(own.id, 'trouble', `not asked for: ${text}`);
    await audit.write(other.id, 'notice', `another's: ${text}`);
  }
  const first = await audit.after(own.id, 0, ['notice', 'warning'], 2);
  expect(first).toEqual([
    { id: expect.any(Number), at: expect.any(Date), kind: 'notice', text: 'one' },
    { id: expect.any(Number), at: expect.any(Date), kind: 'notice', text: 'two' },
  ]);
  const rest = await audit.after(own.id, first[1]?.id ?? 0, ['notice', 'warning'], 2);
  expect(rest.map(({ text }) => text)).toEqual(['three']);
  expect(await audit.after(own.id, rest[0]?.id ?? 0, ['notice'], 2)).toEqual([]);
});

it('says that the database is away', async () => {
  const audit = new AuditLog(openDeadDatabase());
  await expect(audit.after(newResource().id, 0, ['notice'], 1)).rejects.toMatchObject({ code: 'storage_unavailable' });
});
