import { randomUUID } from 'node:crypto';
import type { LogInput } from '@dockhero/domain/ports/heroku-platform';
import { Secret } from '@dockhero/domain/secret';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Lease } from './lease.js';
import { LogInputStore } from './log-input-store.js';
import { reseal } from './reseal.js';
import { SecretBox } from './secret-box.js';
import { lease, load, newKey, newResource, openTestDatabase, waitUntilBlocked } from './testing/open-test-database.js';

let stores: Awaited<ReturnType<typeof openTestDatabase>>;
let inputs: LogInputStore;
let id: string;
let held: Lease;
beforeAll(async () => {
  stores = await openTestDatabase();
  inputs = new LogInputStore(stores.database, stores.box);
});
afterAll(() => stores.close());
beforeEach(async () => {
  const resource = newResource({ logInputUrl: new Secret('https://provisioned') });
  id = resource.id;
  await stores.resources.create(resource);
  held = await lease(stores.database, id);
  await load(stores.clusters, held);
});

function input(attachmentId: string, url: string | null, patch: Partial<LogInput> = {}): LogInput {
  return { attachmentId, appName: `app-${attachmentId}`, isOwner: false, url: url === null ? null : new Secret(url), ...patch };
}
const owner = (url: string | null) => input('m-owner', url, { isOwner: true });
const toAll = () => stores.database.resource.update({ where: { id }, data: { logAllAttachments: true } });
const urls = async () => {
  const known = (await inputs.urls([id])).get(id) ?? expect.fail('unknown');
  return { owner: known.owner?.reveal() ?? null, others: known.others.map((url) => url.reveal()) };
};
const rows = () => stores.database.logInput.findMany({ where: { resourceId: id }, orderBy: { attachmentId: 'asc' } });
/** Moves what happened into the past; the columns know milliseconds. */
const age = (table: 'clusters' | 'log_deliveries' | 'log_inputs', column: string, by: string) =>
  stores.database.pool.query(`UPDATE ${table} SET ${column} = ${column} - $2::interval WHERE resource_id = $1`, [id, by]);

describe('where logs go', () => {
  it('is what came with the request to provision, until Heroku was asked', async () => {
    expect(await urls()).toEqual({ owner: 'https://provisioned', others: [] });
    await inputs.record(held, [owner('https://owner')]);
    expect(await urls()).toEqual({ owner: 'https://owner', others: [] });
  });

  it('stays that where Heroku gives the owner’s app none, and is nowhere when there never was one', async () => {
    await inputs.record(held, [owner(null)]);
    expect(await urls()).toEqual({ owner: 'https://provisioned', others: [] });
    await stores.database.resource.update({ where: { id }, data: { logInputUrl: null } });
    expect(await urls()).toEqual({ owner: null, others: [] });
  });

  it('is the other apps too only where that is wanted', async () => {
    await inputs.record(held, [owner('https://owner'), input('b', 'https://b'), input('a', 'https://a'), input('fir', null)]);
    expect(await urls()).toEqual({ owner: 'https://owner', others: [] });
    await toAll();
    expect(await urls()).toEqual({ owner: 'https://owner', others: ['https://a', 'https://b'] });
  });

  it('is the owner’s app once, though it may have several attachments', async () => {
    await inputs.record(held, [owner('https://owner'), input('z-second', 'https://owner-again', { isOwner: true })]);
    await toAll();
    expect(await urls()).toEqual({ owner: 'https://owner', others: [] });
  });

  it('is told of many resources at once, of unknown ones not', async () => {
    const other = newResource({ logInputUrl: null });
    await stores.resources.create(other);
    await inputs.record(held, [owner('https://owner')]);
    const known = await inputs.urls([other.id, id, randomUUID()]);
    expect([...known.keys()].toSorted()).toEqual([id, other.id].toSorted());
    expect(known.get(other.id)).toEqual({ owner: null, others: [], readAt: null, refusedAt: null });
    expect(known.get(id)).toMatchObject({ readAt: expect.any(Date), refusedAt: null });
    expect(await inputs.urls([])).toEqual(new Map());
  });
});

describe('what Heroku says of attachments', () => {
  it('replaces all that it said before', async () => {
    await toAll();
    await inputs.record(held, [owner('https://owner'), input('a', 'https://a'), input('b', 'https://b')]);
    await inputs.record(held, [owner('https://owner'), input('b', 'https://b-2'), input('c', 'https://c')]);
    expect(await urls()).toEqual({ owner: 'https://owner', others: ['https://b-2', 'https://c'] });
    await inputs.record(held, []);
    expect(await rows()).toEqual([]);
  });

  it('touches only those whose address has changed: the same secret is not even sealed anew', async () => {
    await inputs.record(held, [owner('https://owner'), input('a', 'https://a'), input('fir', null)]);
    await age('log_inputs', 'updated_at', '1 hour');
    const before = await rows();
    await inputs.record(held, [owner('https://owner'), input('a', 'https://a-2', { appName: 'renamed' }), input('fir', null)]);
    const [a, fir, own] = await rows();
    expect([fir, own]).toEqual(before.slice(1));
    expect(a).toMatchObject({ appName: 'renamed' });
    expect(a?.updatedAt.getTime()).toBeGreaterThan(before[0]?.updatedAt.getTime() ?? 0);
    await age('log_inputs', 'updated_at', '1 hour');
    await inputs.record(held, [input('a', 'https://a-2', { appName: 'renamed again' }), input('fir', 'https://fir'), owner(null)]);
    const now = Date.now() - 1_800_000;
    expect((await rows()).map(({ appName, updatedAt }) => [appName, updatedAt.getTime() > now])).toEqual([
      ['renamed again', false],
      ['app-fir', true],
      ['app-m-owner', true],
    ]);
  });

  it('is not recorded, nor that it was read, by a worker that was stalled past its lease', async () => {
    await held.release();
    await expect(inputs.record(held, [owner('https://late')])).rejects.toMatchObject({ code: 'lease_lost' });
    expect(await urls()).toEqual({ owner: 'https://provisioned', others: [] });
    expect(await inputs.staleInputs(id)).toBe(true);
  });

  it('is sealed for its own row: what is copied to another attachment does not open', async () => {
    await inputs.record(held, [owner('https://owner'), input('a', 'https://a')]);
    const [a] = await rows();
    expect(a?.url).toMatch(/^v1\.k1\./);
    await stores.database.logInput.updateMany({ where: { resourceId: id, isOwner: true }, data: { url: a?.url ?? '' } });
    await expect(urls()).rejects.toThrow();
  });

  it('stays sealed with the new key when it is sealed anew and read again at once', async () => {
    const [oldKey, nextKey] = [newKey('old'), newKey('next')];
    const many = Array.from({ length: 30 }, (_, index) => input(`a${index}`, `https://${index}`));
    await new LogInputStore(stores.database, new SecretBox(new Secret(oldKey))).record(held, many);
    const both = new SecretBox(new Secret(`${nextKey},${oldKey},${newKey('k1')}`));
    await stores.database.resource.updateMany({ data: { configToken: null, logInputUrl: null, grantCode: null } });
    await stores.database.logInput.deleteMany({ where: { resourceId: { not: id } } });
    const work = new LogInputStore(stores.database, both);
    await Promise.all([reseal(stores.database, both), ...Array.from({ length: 5 }, () => work.record(held, many))]);
    expect((await rows()).filter(({ url }) => !url?.startsWith('v1.next.'))).toEqual([]);
  });
});

describe('Heroku is asked for the attachments', () => {
  it('when it never was, when a day has passed, and of a resource that no pass has seen', async () => {
    expect(await inputs.staleInputs(id)).toBe(true);
    expect(await inputs.staleInputs(randomUUID())).toBe(true);
    await inputs.record(held, []);
    expect(await inputs.staleInputs(id)).toBe(false);
    await age('clusters', 'log_inputs_read_at', '23 hours 59 minutes');
    expect(await inputs.staleInputs(id)).toBe(false);
    await age('clusters', 'log_inputs_read_at', '2 minutes');
    expect(await inputs.staleInputs(id)).toBe(true);
  });

  it('when Logplex has refused an address since, each time that it does, and no more once it was asked', async () => {
    await inputs.record(held, [owner('https://owner')]);
    await age('clusters', 'log_inputs_read_at', '1 minute');
    await inputs.refused(id);
    expect(await inputs.staleInputs(id)).toBe(true);
    expect((await inputs.urls([id])).get(id)?.refusedAt).toBeInstanceOf(Date);
    await age('log_deliveries', 'refused_at', '2 minutes');
    expect(await inputs.staleInputs(id)).toBe(false);
    await inputs.refused(id);
    expect(await inputs.staleInputs(id)).toBe(true);
    await age('log_deliveries', 'refused_at', '1 second');
    await inputs.record(held, [owner('https://owner-2')]);
    expect(await inputs.staleInputs(id)).toBe(false);
  });
});

describe('what Logplex answers', () => {
  const goneAt = async () => (await stores.database.logDelivery.findUnique({ where: { resourceId: id } }))?.goneAt ?? null;

  it('is noted with the time at which an address was gone first, and until it is back; apart from refusals', async () => {
    await inputs.gone(id, false);
    expect(await stores.database.logDelivery.count({ where: { resourceId: id } })).toBe(0);
    await inputs.gone(id, true);
    await age('log_deliveries', 'gone_at', '1 hour');
    const since = await goneAt();
    await inputs.refused(id);
    await inputs.gone(id, true);
    expect(await goneAt()).toEqual(since);
    expect((await inputs.urls([id])).get(id)?.refusedAt).toBeInstanceOf(Date);
    await inputs.gone(id, false);
    expect(await goneAt()).toBeNull();
    expect((await inputs.urls([id])).get(id)?.refusedAt).toBeInstanceOf(Date);
  });

  it('of a removed or unknown resource is noted nowhere', async () => {
    await inputs.refused(id);
    await stores.clusters.forget(held, new Date(), 2);
    await Promise.all([id, randomUUID()].flatMap((any) => [inputs.refused(any), inputs.gone(any, true), inputs.gone(any, false)]));
    expect(await stores.database.logDelivery.count({ where: { resourceId: id } })).toBe(0);
  });

  it('while its resource is being removed waits, and then is noted nowhere', async () => {
    const work: Promise<void>[] = [];
    await stores.database.$transaction(async (transaction) => {
      await transaction.resource.update({ where: { id }, data: { configToken: null } });
      work.push(inputs.refused(id), inputs.gone(id, true));
      await waitUntilBlocked(stores.database, '(resource_id, refused_at)');
      await waitUntilBlocked(stores.database, '(resource_id, gone_at)');
    });
    await Promise.all(work);
    expect(await stores.database.logDelivery.count({ where: { resourceId: id } })).toBe(0);
  });
});
