import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiUnderTest, aProvisionRequest, basic, password, slug, vendorType } from '../testing/api-under-test.js';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await ApiUnderTest.start(11);
});
afterAll(() => api.stop());

const wrong: [string, string | undefined][] = [
  ['no header', undefined],
  ['a wrong password', basic(slug, 'wrong')],
  ['a wrong user', basic('somebody', password)],
  ['both swapped', basic(password, slug)],
  ['an empty password', basic(slug, '')],
  ['a password that is the beginning of ours', basic(slug, password.slice(0, -1))],
  ['a password that begins with ours', basic(slug, `${password}x`)],
  ['another scheme', basic(slug, password).replace('Basic', 'Bearer')],
  ['no scheme', basic(slug, password).slice(6)],
  ['what is not base64', 'Basic ???'],
  ['nothing after the scheme', 'Basic'],
];

describe.each(wrong)('with %s', (_what, authorization) => {
  it.each(['POST', 'PUT', 'DELETE'])('%s is 401 with a challenge, and nothing happens', async (method) => {
    const uuid = randomUUID();
    const before = await api.database.resource.count();
    const { status, headers, body } = await api.call(method, method === 'POST' ? '/heroku/resources' : `/heroku/resources/${uuid}`, {
      headers: { accept: vendorType, ...(authorization === undefined ? {} : { authorization }) },
      body: method === 'DELETE' ? undefined : method === 'POST' ? aProvisionRequest({ uuid }) : { plan: 'standard' },
    });
    expect([status, body.id]).toEqual([401, 'unauthorized']);
    expect(headers.get('www-authenticate')).toMatch(/^Basic /);
    expect(await api.database.resource.count()).toBe(before);
  });
});

it('the right credentials pass, whatever the case of the scheme', async () => {
  const headers = { authorization: basic(slug, password).replace('Basic', 'bAsIc') };
  expect((await api.call('POST', '/heroku/resources', { headers, body: aProvisionRequest() })).status).toBe(202);
});

it('credentials do not open addresses that are not there', async () => {
  expect((await api.heroku('GET', '')).status).toBe(404);
  expect((await api.heroku('PATCH', `/${randomUUID()}`, {})).status).toBe(404);
});
