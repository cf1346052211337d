import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiUnderTest } from '../testing/api-under-test.js';
import { AsWorker } from '../testing/as-worker.js';
import { expectRung } from '../testing/rung-resources.js';

let api: ApiUnderTest;
let worker: AsWorker;
beforeAll(async () => {
  api = await ApiUnderTest.start(6);
  worker = new AsWorker(api.database);
});
afterAll(() => api.stop());

const rotate = (path: string) => api.call('POST', `${path}/rotation`, { body: {} });
const statusOf = async (path: string) => (await api.call('GET', path)).status;

async function running(): Promise<{ id: string; old: string }> {
  const id = await api.provision();
  await worker.provision(id);
  return { id, old: `/c/${await api.tokenOf(id)}` };
}

it('a new URL is asked for and rung for; the answer does not hold it', async () => {
  const { id, old } = await running();
  const { status, body, text, headers } = await rotate(old);
  expect([status, body, headers.get('cache-control')]).toEqual([202, { rotating: true }, 'no-store']);
  const token = await api.tokenOf(id);
  expect(old).not.toContain(token);
  expect(text).not.toContain(token);
  for (const [name, value] of headers) expect(`${name}: ${value}`).not.toContain(token);
  await expectRung(api.env.REDIS_URL, id);
});

it('who has the old URL learns the new one nowhere, while it still works', async () => {
  const { id, old } = await running();
  await rotate(old);
  const token = await api.tokenOf(id);
  for (const end of ['', '/status', '/certificates', '/certs']) {
    const { status, bytes } = await api.call('GET', old + end);
    expect([end, status, bytes.includes(token)]).toEqual([end, 200, false]);
  }
  expect((await api.call('GET', `${old}/status`)).body).toMatchObject({ status: 'running', state: 'rotating-config-url' });
});

it('the old URL works until the worker has recorded that the new one is Heroku’s, and then answers 404 everywhere', async () => {
  const { id, old } = await running();
  await rotate(old);
  const current = `/c/${await api.tokenOf(id)}`;
  expect([await statusOf(old), await statusOf(current)]).toEqual([200, 200]);
  await worker.record(id, { publishedConfigTokenVersion: 2, observedVersion: 2 });
  for (const end of ['', '/status', '/certificates', '/certs']) expect([end, await statusOf(old + end)]).toEqual([end, 404]);
  expect((await rotate(old)).status).toBe(404);
  expect((await api.call('GET', `${current}/status`)).body).toMatchObject({ state: 'provisioned' });
});

it('asked for again while it is under way, by either URL, it is the same', async () => {
  const { id, old } = await running();
  await rotate(old);
  const token = await api.tokenOf(id);
  for (const path of [old, `/c/${token}`, old]) expect((await rotate(path)).body).toEqual({ rotating: true });
  expect(await api.tokenOf(id)).toBe(token);
});

it('it can be had while the add-on is being created, and while it needs attention', async () => {
  const creating = await api.provision();
  expect((await rotate(`/c/${await api.tokenOf(creating)}`)).status).toBe(202);
  const { id, old } = await running();
  await worker.record(id, { attentionCode: 'host_capacity', attentionMessage: 'No room.' });
  expect((await rotate(old)).status).toBe(202);
  expect((await api.call('GET', `${old}/status`)).body).toMatchObject({ status: 'running', state: 'needs-attention' });
});

it('Heroku, which repeats a provision request, is told the new one', async () => {
  const { id, old } = await running();
  await rotate(old);
  await worker.record(id, { publishedConfigTokenVersion: 2, observedVersion: 2 });
  const { body } = await api.heroku('POST', '', { ...requestOf(id), oauth_grant: null });
  expect(body).toMatchObject({ config: { DOCKHERO_CONFIG_URL: `https://addon.dockhero.test/c/${await api.tokenOf(id)}` } });
});

function requestOf(uuid: string): Record<string, unknown> {
  return {
    uuid,
    name: `dockhero-curved-${uuid.slice(0, 5)}`,
    plan: 'hobby',
    region: 'amazon-web-services::us-east-1',
    callback_url: `https://api.heroku.com/addons/${uuid}`,
  };
}
