import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiUnderTest, aProvisionRequest } from '../testing/api-under-test.js';
import { AsWorker } from '../testing/as-worker.js';
import { expectRung, rungResources } from '../testing/rung-resources.js';

let api: ApiUnderTest;
let worker: AsWorker;
beforeAll(async () => {
  api = await ApiUnderTest.start(9);
  worker = new AsWorker(api.database);
});
afterAll(() => api.stop());

const rowOf = (id: string) => api.database.resource.findUnique({ where: { id } });

it('a removal is answered 204 without a body at once, wants the row gone, and rings the worker', async () => {
  const id = await api.provision();
  const { status, text } = await api.heroku('DELETE', `/${id}`);
  expect([status, text]).toEqual([204, '']);
  expect(await rowOf(id)).toMatchObject({ desired: 'removed', desiredVersion: 2 });
  await expectRung(api.env.REDIS_URL, id);
  const events = await api.database.auditEvent.findMany({ where: { resourceId: id }, orderBy: { id: 'asc' } });
  expect(events.map(({ text: event }) => event)).toEqual(['Heroku asked for plan hobby', 'Heroku asked for removal']);
});

it('a repeated removal is answered 410', async () => {
  const id = await api.provision();
  await api.heroku('DELETE', `/${id}`);
  expect((await api.heroku('DELETE', `/${id}`)).status).toBe(410);
});

it('twenty removals at once make one', async () => {
  const id = await api.provision();
  const statuses = (await Promise.all(Array.from({ length: 20 }, () => api.heroku('DELETE', `/${id}`)))).map(({ status }) => status);
  expect(statuses.filter((status) => status === 204)).toHaveLength(1);
  expect(statuses.filter((status) => status === 410)).toHaveLength(19);
  expect((await rowOf(id))?.desiredVersion).toBe(2);
});

it('a provisioned resource is removed as well', async () => {
  const id = await api.provision();
  await worker.provision(id);
  expect((await api.heroku('DELETE', `/${id}`)).status).toBe(204);
});

it('provisioning and changing a removed resource answers 410, before and after it is torn down', async () => {
  const id = await api.provision();
  await api.heroku('DELETE', `/${id}`);
  const attempt = async () => [
    (await api.heroku('POST', '', aProvisionRequest({ uuid: id }))).status,
    (await api.heroku('POST', '', aProvisionRequest({ uuid: id, plan: 'galactic' }))).status,
    (await api.heroku('PUT', `/${id}`, { plan: 'standard' })).status,
    (await api.heroku('DELETE', `/${id}`)).status,
  ];
  expect(await attempt()).toEqual([410, 410, 410, 410]);
  await worker.forget(id);
  expect(await attempt()).toEqual([410, 410, 410, 410]);
});

it('a removal that overtakes its own provision request keeps it from starting anything', async () => {
  const uuid = randomUUID();
  expect((await api.heroku('DELETE', `/${uuid}`)).status).toBe(410);
  expect((await api.heroku('POST', '', aProvisionRequest({ uuid }))).status).toBe(410);
  expect(await rowOf(uuid)).toMatchObject({ desired: 'removed', plan: '', configToken: null, grantCode: null, logInputUrl: null });
});

it('a removal beside provision requests wins over all that come after it, and one row is left', async () => {
  const uuid = randomUUID();
  const request = aProvisionRequest({ uuid });
  const posts = Array.from({ length: 10 }, () => api.heroku('POST', '', request));
  const [removed, ...created] = await Promise.all([api.heroku('DELETE', `/${uuid}`), ...posts]);
  expect([204, 410]).toContain(removed?.status);
  expect(created.every(({ status }) => status === 202 || status === 410)).toBe(true);
  expect((await rowOf(uuid))?.desired).toBe('removed');
  expect((await api.heroku('POST', '', request)).status).toBe(410);
});

it('accepts what clients send along with a removal: a Content-Type without a body, an empty object, any Accept', async () => {
  const send = async (body: unknown, headers: Record<string, string>) => {
    const id = await api.provision();
    return (await api.heroku('DELETE', `/${id}`, body, headers)).status;
  };
  expect(await send('', { 'content-type': 'application/json' })).toBe(204);
  expect(await send({}, {})).toBe(204);
  expect(await send(undefined, { accept: 'text/html' })).toBe(204);
});

it('an id that is no uuid was never ours, and leaves no row', async () => {
  const before = await api.database.resource.count();
  expect((await api.heroku('DELETE', '/not-a-uuid')).status).toBe(410);
  expect(await api.database.resource.count()).toBe(before);
});

it('an id in upper case means the same resource', async () => {
  const id = await api.provision();
  expect((await api.heroku('DELETE', `/${id.toUpperCase()}`)).status).toBe(204);
  expect((await api.heroku('DELETE', `/${id}`)).status).toBe(410);
  // Rings keep their order: once a later one is there, this one is.
  await expectRung(api.env.REDIS_URL, await api.provision());
  expect(await rungResources(api.env.REDIS_URL)).not.toContain(id.toUpperCase());
});
