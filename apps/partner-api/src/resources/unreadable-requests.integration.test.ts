import { randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiUnderTest, aProvisionRequest, basic, password, slug } from '../testing/api-under-test.js';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await ApiUnderTest.start(12);
});
afterAll(async () => {
  expect(api.logs()).not.toContain('canary');
  await api.stop();
});

const post = (body: string, type = 'application/json') => api.heroku('POST', '', body, { 'content-type': type });

it.each([
  ['malformed JSON', '{"uuid": "canary', 'application/json', 400, 'malformed_request'],
  ['malformed JSON of a vendor type', '{canary}', 'application/vnd.heroku-addons+json; version=3', 400, 'malformed_request'],
  ['a poisoned prototype', '{"__proto__": {"canary": 1}}', 'application/json', 400, 'malformed_request'],
  ['an empty body', '', 'application/json', 422, 'invalid_request'],
  ['JSON that is no object', '["canary"]', 'application/json', 422, 'invalid_request'],
  ['a body beyond 64 KB', JSON.stringify({ canary: 'x'.repeat(70_000) }), 'application/json', 413, 'request_too_large'],
  ['a form', 'uuid=canary', 'application/x-www-form-urlencoded', 415, 'media_type_unsupported'],
  ['text', 'canary', 'text/plain', 415, 'media_type_unsupported'],
  ['a content type that is none', 'canary', 'canary', 415, 'media_type_unsupported'],
])('%s is refused as JSON with id and message, and quoted neither in answer nor log', async (_what, body, type, status, id) => {
  const answer = await post(body, type);
  expect([answer.status, answer.body.id]).toEqual([status, id]);
  expect(answer.body.message).toMatch(/\.$/);
  expect(answer.text).not.toContain('canary');
});

it.each(['/c/%zz-canary', `/c/${'canary'.repeat(40)}`, '/c/canary/none', '/canary', '/heroku/canary'])(
  '%s is nowhere, and is not quoted',
  async (path) => {
    const answer = await api.call('GET', path);
    expect([answer.status, answer.body.id]).toEqual([404, path.startsWith('/c/canarycanary') ? expect.any(String) : 'address_unknown']);
    expect(answer.text).not.toContain('canary');
  },
);

it('a body of unknown length is cut off at the limit', async () => {
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const call = httpRequest(
      `${api.url}/heroku/resources`,
      {
        method: 'POST',
        headers: { authorization: basic(slug, password), 'content-type': 'application/json', 'transfer-encoding': 'chunked' },
      },
      (response) => {
        response.resume();
        resolve(response.statusCode);
      },
    ).on('error', reject);
    for (let sent = 0; sent < 10; sent += 1) call.write('[1,2,3,4]'.repeat(1_000));
    call.end();
  });
  expect(status).toBe(413);
});

it('every refusal names the request, by the id that came with it', async () => {
  const id = randomUUID();
  const { body } = await api.heroku('POST', '', aProvisionRequest({ plan: 'galactic' }), { 'x-request-id': id });
  expect(body.request_id).toBe(id);
  expect(api.logs()).toContain(id);
});
