import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { maintainPartitions } from './history-partitions.js';
import { HostHistoryStore } from './host-history-store.js';
import { figures, partitions } from './testing/figures.js';
import { openDeadDatabase, openTestDatabase } from './testing/open-test-database.js';

let stores: Awaited<ReturnType<typeof openTestDatabase>>;
let history: HostHistoryStore;
beforeAll(async () => {
  stores = await openTestDatabase();
  history = new HostHistoryStore(stores.database);
});
afterAll(() => stores.close());
beforeEach(async () => {
  for (const name of await existing()) await stores.database.pool.query(`DROP TABLE ${name}`);
});

const existing = () => partitions(stores.database.pool);
const of = async (table: string) => (await existing()).filter((name) => name.startsWith(table)).map((name) => name.slice(table.length + 1));
const hourMs = 3_600_000;

describe('partitions of the figures', () => {
  it('are made for the present period and the next two, in UTC, also over the end of a month, a year and a February', async () => {
    await maintainPartitions(stores.database, new Date('2026-12-30T23:59:59.999Z'));
    expect(await of('host_samples')).toEqual(['20261230', '20261231', '20270101']);
    expect(await of('host_minutes')).toEqual(['20261230', '20261231', '20270101']);
    expect(await of('host_quarters')).toEqual(['202612', '202701', '202702']);
    await maintainPartitions(stores.database, new Date('2028-02-28T00:00:00Z'));
    expect(await of('host_samples')).toEqual(['20280228', '20280229', '20280301']);
    await maintainPartitions(stores.database, new Date('2028-12-31T12:00:00Z'));
    expect((await of('host_quarters')).slice(-3)).toEqual(['202812', '202901', '202902']);
  });

  it('begin and end at midnight UTC, whatever zone the database is in and however clocks change there', async () => {
    const { pool } = stores.database;
    const client = await pool.connect();
    await client.query(`ALTER DATABASE ${client.database ?? ''} SET timezone = 'Europe/Berlin'`);
    client.release(true);
    await Promise.all(Array.from({ length: 20 }, async () => (await pool.connect()).release(true)));
    await maintainPartitions(stores.database, new Date('2026-10-24T22:30:00Z'));
    const { rows } = await pool.query<{ name: string; bounds: string }>(
      `SELECT c.relname AS name, pg_get_expr(c.relpartbound, c.oid) AS bounds FROM pg_class c WHERE c.relname IN ('host_samples_20261025', 'host_quarters_202610')
       ORDER BY c.relname`,
    );
    expect(
      rows.map(({ bounds }) => [...bounds.matchAll(/'([^']+)'/g)].map(([, text]) => new Date(`${text ?? ''}:00`).toISOString())),
    ).toEqual([
      ['2026-10-01T00:00:00.000Z', '2026-11-01T00:00:00.000Z'],
      ['2026-10-25T00:00:00.000Z', '2026-10-26T00:00:00.000Z'],
    ]);
  });

  it('are dropped once all of it is older than is kept, and not an hour before', async () => {
    const at = (text: string) => new Date(text);
    await maintainPartitions(stores.database, at('2026-11-01T12:00:00Z'));
    await maintainPartitions(stores.database, at('2026-11-02T23:59:00Z'));
    expect((await of('host_samples'))[0]).toBe('20261101');
    await maintainPartitions(stores.database, at('2026-11-03T00:00:00Z'));
    expect((await of('host_samples'))[0]).toBe('20261102');
    expect((await of('host_minutes'))[0]).toBe('20261101');
    await maintainPartitions(stores.database, at('2026-11-08T23:59:00Z'));
    expect((await of('host_minutes'))[0]).toBe('20261101');
    await maintainPartitions(stores.database, at('2026-11-09T00:00:00Z'));
    expect((await of('host_minutes'))[0]).toBe('20261102');
    await maintainPartitions(stores.database, at('2027-12-31T23:00:00Z'));
    expect((await of('host_quarters'))[0]).toBe('202611');
    await maintainPartitions(stores.database, at('2028-01-01T00:00:00Z'));
    expect((await of('host_quarters'))[0]).toBe('202612');
  });

  it('are made once when many are at it, and nothing happens the second time', async () => {
    const now = new Date();
    const done = await Promise.all(Array.from({ length: 8 }, () => maintainPartitions(stores.database, now)));
    expect(done).toContain(true);
    expect(await existing()).toHaveLength(9);
    expect(await maintainPartitions(stores.database, now)).toBe(true);
    expect(await existing()).toHaveLength(9);
  });

  it('that are missing are made by who appends, from its oldest sample on, and nothing is lost', async () => {
    const hostId = randomUUID();
    const samples = [0, 1, 20].map((hours) => figures(hostId, new Date(Date.now() - hours * hourMs)));
    await Promise.all(Array.from({ length: 6 }, () => history.append(samples)));
    expect(await stores.database.hostSample.count({ where: { hostId } })).toBe(3);
    expect((await existing()).length).toBeGreaterThanOrEqual(9);
  });

  it('are not made for what is not kept, or not yet to be: none of such a call is added', async () => {
    const hostId = randomUUID();
    for (const hours of [-96, 96]) {
      const samples = [figures(hostId, new Date()), figures(hostId, new Date(Date.now() - hours * hourMs))];
      await expect(history.append(samples)).rejects.toMatchObject({ code: '23514' });
    }
    expect(await stores.database.hostSample.count({ where: { hostId } })).toBe(0);
  });

  it('that are being read are left for the next time, and those who write go on', async () => {
    const hostId = randomUUID();
    await maintainPartitions(stores.database, new Date(Date.now() - 72 * hourMs));
    const before = await of('host_samples');
    await maintainPartitions(stores.database, new Date(Date.now() - 48 * hourMs));
    const reader = await stores.database.pool.connect();
    await reader.query('BEGIN');
    await reader.query('SELECT count(*) FROM host_samples');
    const maintaining = maintainPartitions(stores.database, new Date());
    await history.append([figures(hostId, new Date())]);
    expect(await maintaining).toBe(true);
    expect(await of('host_samples')).toContain(before[0]);
    await reader.query('COMMIT');
    reader.release();
    await maintainPartitions(stores.database, new Date());
    expect(await of('host_samples')).not.toContain(before[0]);
    expect(await stores.database.hostSample.count({ where: { hostId } })).toBe(1);
  });

  it('say that the database is away', async () => {
    const dead = openDeadDatabase();
    await expect(maintainPartitions(dead)).rejects.toMatchObject({ code: 'storage_unavailable' });
    await expect(new HostHistoryStore(dead).append([figures(randomUUID(), new Date())])).rejects.toMatchObject({
      code: 'storage_unavailable',
    });
    await dead.$disconnect();
  });
});
