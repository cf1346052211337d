import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { opensWith, resourceWithFactsColumns, resourceWithFactsTables } from './resource-rows.js';
import { lease, load, newResource, openTestDatabase } from './testing/open-test-database.js';

let stores: Awaited<ReturnType<typeof openTestDatabase>>;
beforeAll(async () => {
  stores = await openTestDatabase();
});
afterAll(() => stores.close());

async function aResource(): Promise<{ id: string; token: string }> {
  const { id } = newResource();
  await stores.resources.create(newResource({ id }));
  return { id, token: await tokenOf(id) };
}

async function tokenOf(id: string): Promise<string> {
  return (await stores.resources.configToken(id))?.token.reveal() ?? '';
}

/** As the worker records it. */
async function publish(id: string, version: number): Promise<void> {
  const held = await lease(stores.database, id);
  await load(stores.clusters, held);
  await stores.clusters.record(held, { publishedConfigTokenVersion: version });
  await held.release();
}

const opens = async (token: string) => (await stores.resources.findByConfigToken(token))?.resource.id ?? null;

describe('another capability URL', () => {
  it('opens at once, and the one before until Heroku has the new one, and not after that', async () => {
    const { id, token: first } = await aResource();
    await publish(id, 1);
    expect(await stores.resources.rotateConfigToken(id)).toBe(true);
    const second = await tokenOf(id);
    expect(second).not.toBe(first);
    expect([await opens(first), await opens(second)]).toEqual([id, id]);
    expect((await stores.resources.findHistoryByConfigToken(first, 10))?.resource.id).toBe(id);
    // A pass that read the first token before it was rotated, and records late.
    await publish(id, 1);
    expect(await opens(first)).toBe(id);
    await publish(id, 2);
    expect([await opens(first), await opens(second)]).toEqual([null, id]);
    expect(await stores.resources.findHistoryByConfigToken(first, 10)).toBeNull();
  });

  it('is made once while it is under way, however often and at once it is asked for', async () => {
    const { id, token: first } = await aResource();
    await publish(id, 1);
    const made = await Promise.all(Array.from({ length: 20 }, () => stores.resources.rotateConfigToken(id)));
    expect(made.filter(Boolean)).toHaveLength(1);
    expect(await opens(first)).toBe(id);
    expect((await stores.resources.find(id))?.resource).toMatchObject({ configTokenVersion: 2, desiredVersion: 2 });
    await publish(id, 2);
    expect(await stores.resources.rotateConfigToken(id)).toBe(true);
    expect(await opens(first)).toBeNull();
    const events = await stores.database.auditEvent.findMany({ where: { resourceId: id, text: { contains: 'DOCKHERO_CONFIG_URL' } } });
    expect(events.map(({ kind, data }) => [kind, data])).toEqual([
      ['desired', { version: 2 }],
      ['desired', { version: 3 }],
    ]);
  });

  it('can be had before the first was recorded as published: a lost record may have told it to the world', async () => {
    const { id, token: first } = await aResource();
    expect(await stores.resources.rotateConfigToken(id)).toBe(true);
    expect(await stores.resources.rotateConfigToken(id)).toBe(false);
    expect(await opens(first)).toBe(id);
    await publish(id, 2);
    expect(await opens(first)).toBeNull();
  });

  it('is not made for what is to be removed', async () => {
    const { id } = await aResource();
    await stores.resources.remove(id);
    expect(await stores.resources.rotateConfigToken(id)).toBe(false);
  });

  it('is looked up by indexes alone', async () => {
    await stores.database.$executeRaw`
      INSERT INTO resources (id, name, plan, region, callback_url, config_token_hash)
      SELECT gen_random_uuid(), 'x', 'hobby', 'r', 'u', md5(n::text) FROM generate_series(1, 5000) n`;
    await stores.database.$executeRaw`ANALYZE resources`;
    const { rows } = await stores.database.pool.query<{ 'QUERY PLAN': string }>(
      `EXPLAIN SELECT ${resourceWithFactsColumns} FROM ${resourceWithFactsTables} WHERE ${opensWith}`,
      ['a hash'],
    );
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toContain('BitmapOr');
    expect(plan).not.toContain('Seq Scan on resources');
  });
});
