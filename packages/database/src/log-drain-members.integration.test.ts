import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LogDrainMembers } from './log-drain-members.js';
import { openDeadDatabase, openTestDatabase } from './testing/open-test-database.js';

let stores: Awaited<ReturnType<typeof openTestDatabase>>;
let members: LogDrainMembers;
beforeAll(async () => {
  stores = await openTestDatabase();
  members = new LogDrainMembers(stores.database);
});
afterAll(() => stores.close());
beforeEach(() => stores.database.logDrainMember.deleteMany());

const die = (id: string, ago: string) =>
  stores.database.$executeRaw`UPDATE log_drain_members SET until = now() - ${ago}::interval WHERE id = ${id}`;
const rows = async () => (await stores.database.logDrainMember.findMany()).map(({ id }) => id).toSorted();

describe('the log drain’s members', () => {
  it('all see the same living ones in the same order, themselves too', async () => {
    const ids = ['c', 'a', 'B', 'a-1', 'é'];
    await Promise.all(ids.map((id) => members.beat(id, 60_000)));
    for (const id of ids) expect(await members.beat(id, 60_000)).toEqual(['B', 'a', 'a-1', 'c', 'é']);
  });

  it('are no longer seen when their beat is over, and are again with the next', async () => {
    await members.beat('a', 60_000);
    await members.beat('b', 60_000);
    await die('a', '1 second');
    expect(await members.beat('b', 60_000)).toEqual(['b']);
    expect(await members.beat('a', 60_000)).toEqual(['a', 'b']);
  });

  it('live for as long as they said, by the database’s clock', async () => {
    await members.beat('a', 90_000);
    const [row] = await stores.database.$queryRaw<{ left: number }[]>`
      SELECT extract(epoch FROM until - now())::float8 AS left FROM log_drain_members`;
    expect(row?.left).toBeGreaterThan(80);
    expect(row?.left).toBeLessThanOrEqual(90);
  });

  it('that died long ago leave no row, those that died just now do', async () => {
    for (const id of ['long', 'just', 'self']) await members.beat(id, 60_000);
    await die('long', '2 hours');
    await die('just', '10 minutes');
    await members.beat('self', 60_000);
    expect(await rows()).toEqual(['just', 'self']);
  });

  it('come back at once after hours in which all were dead', async () => {
    const ids = Array.from({ length: 12 }, (_, index) => `m${index}`);
    for (let round = 0; round < 10; round += 1) {
      await Promise.all(ids.map((id) => members.beat(id, 60_000)));
      await Promise.all(ids.map((id) => die(id, '2 hours')));
      await Promise.all(ids.map((id) => members.beat(id, 60_000)));
      await Promise.all(ids.map((id) => members.beat(id, 60_000)));
      expect(await rows()).toEqual(ids.toSorted());
    }
  });

  it('that leave are gone for the others at once; a database that is away keeps nobody from leaving', async () => {
    await members.beat('a', 60_000);
    await members.beat('b', 60_000);
    await members.leave('a');
    await members.leave('a');
    expect(await members.beat('b', 60_000)).toEqual(['b']);
    const dead = openDeadDatabase();
    await expect(new LogDrainMembers(dead).leave('b')).resolves.toBeUndefined();
    await expect(new LogDrainMembers(dead).beat('b', 60_000)).rejects.toMatchObject({ code: 'storage_unavailable' });
    await dead.$disconnect();
  });
});
