import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { memberTables } from './duty.js';
import { DutyMembers } from './duty-members.js';
import { openDeadDatabase, openTestDatabase } from './testing/open-test-database.js';

let stores: Awaited<ReturnType<typeof openTestDatabase>>;
beforeAll(async () => {
  stores = await openTestDatabase();
});
afterAll(() => stores.close());

describe.each(['log', 'monitor'] as const)('the members with the duty %s', (duty) => {
  let members: DutyMembers;
  const table = memberTables[duty];
  beforeEach(async () => {
    members = new DutyMembers(stores.database, duty);
    await stores.database.pool.query('DELETE FROM log_drain_members');
    await stores.database.pool.query('DELETE FROM monitor_members');
  });
  const die = (id: string, ago: string) =>
    stores.database.pool.query(`UPDATE ${table} SET until = now() - $1::interval WHERE id = $2`, [ago, id]);
  const rows = async () =>
    (await stores.database.pool.query<{ id: string }>(`SELECT id FROM ${table}`)).rows.map(({ id }) => id).toSorted();

  it('are not those of the other', async () => {
    await new DutyMembers(stores.database, duty === 'log' ? 'monitor' : 'log').beat('other', 60_000);
    expect(await members.beat('a', 60_000)).toEqual(['a']);
  });

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
    const [row] = (
      await stores.database.pool.query<{ left: number }>(`SELECT extract(epoch FROM until - now())::float8 AS left FROM ${table}`)
    ).rows;
    // Processors' clocks may differ by microseconds.
    expect(Math.round(row?.left ?? 0)).toSatisfy((seconds: number) => seconds > 80 && seconds <= 90);
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
    await expect(new DutyMembers(dead, duty).leave('b')).resolves.toBeUndefined();
    await expect(new DutyMembers(dead, duty).beat('b', 60_000)).rejects.toMatchObject({ code: 'storage_unavailable' });
    await dead.$disconnect();
  });
});
