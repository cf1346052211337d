import { randomUUID } from 'node:crypto';
import { VolumeStore } from '@dockhero/database/volume-store';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiUnderTest } from '../testing/api-under-test.js';
import { AsWorker } from '../testing/as-worker.js';
import { expectRung } from '../testing/rung-resources.js';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await ApiUnderTest.start(10);
});
afterAll(() => api.stop());

const rowOf = (id: string) => api.database.resource.findUniqueOrThrow({ where: { id } });
const change = (id: string, plan: unknown) => api.heroku('PUT', `/${id}`, { plan });

it('another plan of the same size of cluster is stored, explained and rung for', async () => {
  const id = await api.provision();
  const { status, body } = await change(id, 'standard');
  expect([status, body]).toEqual([200, { message: expect.stringContaining('changed to plan standard') }]);
  expect(await rowOf(id)).toMatchObject({ plan: 'standard', desiredVersion: 2 });
  await expectRung(api.env.REDIS_URL, id);
});

it('works up and down, before and after provisioning', async () => {
  const id = await api.provision({ plan: 'standard' });
  expect((await change(id, 'hobby')).status).toBe(200);
  await new AsWorker(api.database).provision(id);
  expect((await change(id, 'standard')).status).toBe(200);
  expect((await rowOf(id)).plan).toBe('standard');
});

it('a plan that is too small for the add-on’s volumes is refused with a sentence, and nothing changes', async () => {
  const id = await api.provision({ plan: 'standard' });
  const volumes = new VolumeStore(api.database);
  await volumes.create(id, 'data', { sizeGib: 21 });
  const { status, body } = await change(id, 'hobby');
  expect([status, body.id, body.message]).toEqual([
    422,
    'plan_change_unsupported',
    'The plan Hobby holds 3 volumes of 20 GiB together; there are 1 of 21 GiB. Remove some first.',
  ]);
  expect(await rowOf(id)).toMatchObject({ plan: 'standard', desiredVersion: 1 });
  await volumes.remove(id, { name: 'data' }, null);
  expect((await change(id, 'hobby')).status).toBe(200);
});

it('the plan in force is a no-op', async () => {
  const id = await api.provision();
  const { status, body } = await change(id, 'hobby');
  expect([status, body.message]).toEqual([200, 'The add-on is on plan hobby already.']);
  expect((await rowOf(id)).desiredVersion).toBe(1);
});

it('twenty equal changes at once make one', async () => {
  const id = await api.provision();
  const answers = await Promise.all(Array.from({ length: 20 }, () => change(id, 'standard')));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(await rowOf(id)).toMatchObject({ plan: 'standard', desiredVersion: 2 });
});

it('a change beside a removal never claims to change what is gone', async () => {
  for (let round = 0; round < 10; round += 1) {
    const id = await api.provision();
    const [changed, removed] = await Promise.all([change(id, 'standard'), api.heroku('DELETE', `/${id}`)]);
    expect(removed.status).toBe(204);
    const row = await rowOf(id);
    expect(row.desired).toBe('removed');
    expect(changed.status).toBe(row.plan === 'standard' ? 200 : 410);
  }
});

it.each([
  ['an unknown plan', 'galactic', 'plan_unknown', 'heroku addons:plans'],
  ['a plan with another number of hosts', 'business', 'plan_change_unsupported', 'Create a second add-on'],
])('%s is refused with a sentence, and nothing changes', async (_what, plan, code, words) => {
  const id = await api.provision();
  const { status, body } = await change(id, plan);
  expect([status, body.id]).toEqual([422, code]);
  expect(body.message).toContain(words);
  expect(await rowOf(id)).toMatchObject({ plan: 'hobby', desiredVersion: 1 });
});

it('an unknown resource is 404, one that is no uuid too, a removed one 410', async () => {
  const removed = await api.provision();
  await api.heroku('DELETE', `/${removed}`);
  expect((await change(randomUUID(), 'standard')).status).toBe(404);
  expect((await change('not-a-uuid', 'standard')).status).toBe(404);
  expect((await change(removed, 'standard')).status).toBe(410);
});

it('a request without a plan is refused, one with more than a plan is not', async () => {
  const id = await api.provision();
  expect((await api.heroku('PUT', `/${id}`, {})).body.message).toBe('The request is not valid: check plan.');
  expect((await api.heroku('PUT', `/${id}`, '')).status).toBe(422);
  expect((await api.heroku('PUT', `/${id}`, { plan: 'standard', heroku_id: 'app1@kensa.heroku.com', extra: [] })).status).toBe(200);
});
