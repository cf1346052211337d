import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiUnderTest, aProvisionRequest, basic, password, slug } from '../testing/api-under-test.js';
import { AsWorker, hostAddress } from '../testing/as-worker.js';
import { expectRung } from '../testing/rung-resources.js';

let api: ApiUnderTest;
let worker: AsWorker;
beforeAll(async () => {
  api = await ApiUnderTest.start(8);
  worker = new AsWorker(api.database);
});
afterAll(() => api.stop());

const rowOf = (id: string) => api.database.resource.findUnique({ where: { id } });

describe('a first provision request', () => {
  it('is accepted with the uuid as id, a message and no config, and rings the worker', async () => {
    const request = aProvisionRequest();
    const { status, body, headers } = await api.heroku('POST', '', request);
    expect(status).toBe(202);
    expect(body).toEqual({ id: request.uuid, message: expect.stringContaining('is being created') });
    expect(headers.get('content-type')).toMatch(/^application\/json/);
    await expectRung(api.env.REDIS_URL, request.uuid);
  });

  it('leaves one row with sealed secrets and an audit event', async () => {
    const id = await api.provision();
    const row = await rowOf(id);
    expect(row).toMatchObject({
      plan: 'hobby',
      region: 'amazon-web-services::us-east-1',
      desired: 'provisioned',
      desiredVersion: 1,
      options: { 'region-pref': 'eu' },
    });
    expect(row?.grantExpiresAt).toBeInstanceOf(Date);
    expect(JSON.stringify(row)).not.toContain('canary');
    const events = await api.database.auditEvent.findMany({ where: { resourceId: id } });
    expect(events).toMatchObject([{ kind: 'desired', text: 'Heroku asked for plan hobby' }]);
  });

  it.each([
    ['unknown fields', { some_new_field: { deep: [1, 2] }, log_drain_token: 'd.1' }],
    ['a null grant', { oauth_grant: null }],
    ['no grant', { oauth_grant: undefined }],
    ['no log input', { log_input_url: undefined }],
    ['a null log input', { log_input_url: null }],
    ['no options', { options: undefined }],
    ['null options', { options: null }],
    ['a switch sent as a boolean', { options: { verbose: true } }],
    ['a grant with a colonless offset', { oauth_grant: { type: 'authorization_code', code: 'c', expires_at: '2026-01-01T00:05:00-0800' } }],
    ['a grant without a date', { oauth_grant: { type: 'authorization_code', code: 'c' } }],
  ])('is accepted with %s', async (_what, change) => {
    const id = await api.provision(change);
    expect(await rowOf(id)).not.toBeNull();
  });

  it('takes Heroku’s word for when the grant expires, and five minutes without one', async () => {
    const said = await api.provision({ oauth_grant: { type: 'authorization_code', code: 'c', expires_at: '2026-01-01T00:05:00-0800' } });
    expect((await rowOf(said))?.grantExpiresAt?.toISOString()).toBe('2026-01-01T08:05:00.000Z');
    const unsaid = await api.provision({ oauth_grant: { type: 'authorization_code', code: 'c', expires_at: 'soon' } });
    const life = ((await rowOf(unsaid))?.grantExpiresAt?.getTime() ?? 0) - Date.now();
    expect(life).toBeGreaterThan(240_000);
    expect(life).toBeLessThanOrEqual(300_000);
  });

  it('means the same resource in upper and lower case', async () => {
    const uuid = randomUUID();
    const first = await api.heroku('POST', '', aProvisionRequest({ uuid: uuid.toUpperCase() }));
    const second = await api.heroku('POST', '', aProvisionRequest({ uuid }));
    expect([first.body.id, second.body.id]).toEqual([uuid, uuid]);
  });

  it.each(['application/vnd.heroku-addons+json; version=3', 'application/json', 'text/html', '*/*'])(
    'never answers 406 to Accept: %s',
    async (accept) => {
      const { status } = await api.heroku('POST', '', aProvisionRequest(), { accept });
      expect(status).toBe(202);
    },
  );

  it('may come as the vendor type', async () => {
    const { status } = await api.heroku('POST', '', aProvisionRequest(), {
      'content-type': 'application/vnd.heroku-addons+json; version=3',
    });
    expect(status).toBe(202);
  });
});

describe('a repeated provision request', () => {
  it('finds the first resource, twice in a row', async () => {
    const request = aProvisionRequest();
    const answers = [await api.heroku('POST', '', request), await api.heroku('POST', '', request)];
    expect(answers.map(({ status, body }) => [status, body.id])).toEqual([
      [202, request.uuid],
      [202, request.uuid],
    ]);
    expect(await api.database.auditEvent.count({ where: { resourceId: request.uuid } })).toBe(1);
  });

  it('finds the first resource, fifty times at once', async () => {
    const request = aProvisionRequest();
    const answers = await Promise.all(Array.from({ length: 50 }, () => api.heroku('POST', '', request)));
    expect(new Set(answers.map(({ status, body }) => `${status} ${String(body.id)}`))).toEqual(new Set([`202 ${request.uuid}`]));
    expect(await api.database.resource.count({ where: { id: request.uuid } })).toBe(1);
    expect(await api.database.auditEvent.count({ where: { resourceId: request.uuid } })).toBe(1);
  });

  it('brings a newer grant as long as none was exchanged', async () => {
    const id = await api.provision();
    const before = await rowOf(id);
    const expires_at = new Date(Date.now() + 280_000).toISOString();
    const { status } = await api.heroku(
      'POST',
      '',
      aProvisionRequest({ uuid: id, oauth_grant: { type: 'authorization_code', code: 'a newer one', expires_at } }),
    );
    const after = await rowOf(id);
    expect(status).toBe(202);
    expect(after?.grantCode).not.toBe(before?.grantCode);
    expect(after?.grantExpiresAt?.toISOString()).toBe(expires_at);
    expect(after?.desiredVersion).toBe(2);
  });

  it('answers 200 with the whole config once it is provisioned', async () => {
    const id = await api.provision();
    await worker.provision(id);
    const { status, body } = await api.heroku('POST', '', aProvisionRequest({ uuid: id }));
    const name = `dockhero-curved-${id.slice(0, 5)}`;
    expect(status).toBe(200);
    expect(body).toEqual({
      id,
      message: 'Your Docker Swarm is ready.',
      config: {
        DOCKHERO_CONFIG_URL: `https://addon.dockhero.test/c/${await api.tokenOf(id)}`,
        DOCKHERO_HOST: hostAddress,
        DOCKHERO_FLEXIBLE_SSL_URL: `https://${name}-flexible-ssl.dockhero.test`,
        DOCKHERO_FULL_SSL_URL: `https://${name}-full-ssl.dockhero.test`,
      },
    });
  });

  it('answers 422 with the reason when provisioning has failed for good', async () => {
    const id = await api.provision();
    await worker.record(id, { attentionCode: 'host_boot_failed', attentionMessage: 'None of the hosts came up.' });
    const { status, body } = await api.heroku('POST', '', aProvisionRequest({ uuid: id }));
    expect([status, body]).toEqual([422, { id: 'resource_failed', message: 'None of the hosts came up.', request_id: expect.any(String) }]);
  });

  it('stays failed when we gave up, whatever grant comes', async () => {
    const id = await api.provision();
    await worker.record(id, { attentionCode: 'aws_unavailable', attentionMessage: 'AWS was away for too long.', gaveUpAt: new Date() });
    const { status, body } = await api.heroku(
      'POST',
      '',
      aProvisionRequest({ uuid: id, oauth_grant: { type: 'authorization_code', code: 'another' } }),
    );
    expect([status, body.message]).toEqual([422, 'AWS was away for too long.']);
  });

  it('is accepted while a passing trouble is being retried', async () => {
    const id = await api.provision();
    await worker.record(id, { attentionCode: 'host_capacity', attentionMessage: 'No room.' });
    expect((await api.heroku('POST', '', aProvisionRequest({ uuid: id }))).status).toBe(202);
  });
});

describe('a provision request that we refuse', () => {
  it.each([
    ['an unknown plan', { plan: 'galactic' }, 'plan_unknown', 'heroku addons:plans dockhero'],
    ['a region that we do not serve', { region: 'amazon-web-services::ap-south-1' }, 'region_unsupported', 'does not serve this region'],
  ])('answers 422 with a sentence for %s, and stores nothing', async (_what, change, code, words) => {
    const request = aProvisionRequest(change);
    const { status, body } = await api.heroku('POST', '', request);
    expect([status, body.id]).toEqual([422, code]);
    expect(body.message).toContain(words);
    expect(await rowOf(request.uuid)).toBeNull();
  });

  it.each([
    ['no uuid', { uuid: undefined as unknown }, 'uuid'],
    ['a bad callback', { callback_url: 'not a url' }, 'callback_url'],
    ['an empty name', { name: '' }, 'name'],
    ['a number for a plan', { plan: 7 }, 'plan'],
    ['a name that Postgres cannot store', { name: 'a\0b' }, 'name'],
    ['options that Postgres cannot store', { options: { key: 'a\0b' } }, 'options'],
    ['half a surrogate pair', { options: { key: '\ud800' } }, 'options'],
  ])('names the field, not its value: %s', async (_what, change, field) => {
    const { status, body } = await api.heroku('POST', '', { ...aProvisionRequest(), ...change });
    expect([status, body.id, body.message]).toEqual([422, 'invalid_request', `The request is not valid: check ${field}.`]);
  });

  it('refuses a uuid that is none', async () => {
    const { status, body } = await api.heroku('POST', '', { ...aProvisionRequest(), uuid: 'not-a-uuid' });
    expect([status, body.message]).toEqual([422, 'The request is not valid: check uuid.']);
  });

  it('keeps text that only looks like an escape', async () => {
    const id = await api.provision({ options: { path: 'C:\\u0000', pair: '😀' } });
    expect((await rowOf(id))?.options).toEqual({ path: 'C:\\u0000', pair: '😀' });
  });
});

it('a known resource is found again even if its plan or region was dropped since', async () => {
  const id = await api.provision();
  await api.database.resource.update({ where: { id }, data: { plan: 'retired' } });
  const { status, body } = await api.call('POST', '/heroku/resources', {
    headers: { authorization: basic(slug, password) },
    body: aProvisionRequest({ uuid: id, plan: 'retired', region: 'nowhere' }),
  });
  expect([status, body.id]).toEqual([202, id]);
});
