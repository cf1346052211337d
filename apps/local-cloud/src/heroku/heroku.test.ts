import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HerokuWorld } from './testing/heroku-world.js';
import { ssoToken } from './sso/sso-fields.js';
import { signWebhook } from './webhooks/settle-webhook.js';

describe('Heroku', () => {
  let world: HerokuWorld;
  beforeEach(async () => {
    world = await HerokuWorld.start();
  });
  afterEach(async () => {
    await world.stop();
  });

  it('keeps apps, add-ons, tokens, config and its time over a restart', async () => {
    const addon = await world.addon();
    await world.partner.finish(addon.id);
    await world.as('PATCH', '/apps/acme/config-vars', { A: '1' });
    await world.clock.advance(3_600_000);
    const before = world.clock.now();
    await world.restart();
    expect(world.clock.now()).toBeGreaterThanOrEqual(before);
    expect(await world.app()).toMatchObject({ config: { A: '1', DOCKHERO_HOST: 'tcp://h1.example:2376' }, version: 3, restarts: 2 });
    expect((await world.partner.call(addon.id, 'GET', '')).status).toBe(200);
  });

  it('finishes a provisioning begun before a restart, and still applies the 12-hour rule', async () => {
    const first = await world.addon();
    const { json: second } = await world.as<{ id: string }>('POST', '/apps/acme/addons', { plan: 'dockhero:hobby' });
    await world.restart();
    await world.partner.finish(first.id);
    await world.clock.advance(12 * 3_600_000);
    expect((await world.as('GET', `/addons/${first.id}`)).json['state']).toBe('provisioned');
    expect((await world.as('GET', `/addons/${second.id}`)).status).toBe(404);
    expect(world.partner.requests.at(-1)).toBe(`DELETE ${second.id}`);
  });

  it('goes on repeating after a restart what was not answered before', async () => {
    world.partner.answer = (_method, reply) => reply.code(500).send({});
    const addon = await world.addon();
    await world.restart();
    world.partner.answer = null;
    await world.clock.advance(1_000);
    expect(world.partner.only()).toMatchObject({ uuid: addon.id, state: 'provisioning' });
    await world.partner.finish(addon.id);
  });

  it('lets an add-on go after 24 hours in which its DELETE was refused', async () => {
    const addon = await world.addon();
    await world.switch({ retryTimeFactor: 0.001 });
    world.partner.answer = (_method, reply) => reply.code(500).send({});
    await world.as('DELETE', `/apps/acme/addons/${addon.id}`);
    await world.clock.advance(24 * 3_600);
    await world.clock.advance(1_000);
    expect((await world.control<unknown[]>('GET', '/deliveries')).json).toEqual([]);
    expect((await world.as('GET', `/addons/${addon.id}`)).status).toBe(404);
  });

  it('signs customers in by a form whose token the partner can check', async () => {
    const addon = await world.addon();
    await world.partner.finish(addon.id);
    const { json } = await world.as<{ web_url: string }>('GET', `/addons/${addon.id}`);
    const page = await (await fetch(`${json.web_url}?from=mail&email=evil%40example.com`, { signal: AbortSignal.timeout(5_000) })).text();
    const fields = Object.fromEntries([...page.matchAll(/name="([^"]+)" value="([^"]*)"/g)].map((match) => [match[1], match[2]]));
    const expected = createHash('sha1')
      .update(`${addon.id}:${'s'.repeat(32)}:${fields['timestamp'] ?? ''}`)
      .digest('hex');
    expect(fields).toMatchObject({
      resource_id: addon.id,
      resource_token: expected,
      email: 'dev@example.com',
      app: 'acme',
      context_app: 'acme',
      from: 'mail',
    });
    expect(page).toContain(`action="${world.partner.url}/heroku/sso"`);

    await world.switch({ sso: 'stale', ssoEmail: 'other@example.com' });
    const { json: sso } = await world.as<{ params: Record<string, string> }>('GET', `/apps/acme/addons/${addon.name}/sso`);
    expect(Number(sso.params['timestamp'])).toBeLessThan(Date.now() / 1_000 - 300);
    expect(sso.params['email']).toBe('other@example.com');
  });

  it('computes the tokens of the specification', () => {
    expect(ssoToken('123', 'salty', '567')).toBe('8bcafa70e186a8f9b85a1c93f3b6b0507748ec7a');
    expect(ssoToken('0f6f2c54-3a4b-4d0e-9d5b-1c2d3e4f5a6b', 'example-sso-salt', '1767225600')).toBe(
      '337c494f5a98db2edd8e42eb9b96121023f313a8',
    );
    expect(signWebhook('whsec', '{"action":"update"}')).toBe('EMM0QVYIuI2ICPRZyv6Xk8UjJyI2875AAj58oBGBh94=');
  });

  it('tells the partner of plan changes by a signed webhook', async () => {
    const addon = await world.addon();
    await world.partner.finish(addon.id);
    const subscription = {
      include: ['api:addon'],
      level: 'sync',
      url: `${world.partner.url}/webhooks`,
      secret: 'whsec',
      authorization: 'Bearer x',
    };
    expect((await world.partner.call(addon.id, 'POST', '/webhooks', subscription)).status).toBe(201);
    await world.as('PATCH', `/apps/acme/addons/${addon.id}`, { plan: 'dockhero:standard' });
    await expect.poll(() => world.partner.webhooks.length).toBe(1);
    const { headers, raw } = world.partner.webhooks[0] ?? { headers: {}, raw: '' };
    expect(headers).toMatchObject({ authorization: 'Bearer x', 'heroku-webhook-hmac-sha256': signWebhook('whsec', raw) });
    expect(JSON.parse(raw)).toMatchObject({ action: 'update', resource: 'addon', data: { plan: { name: 'dockhero:standard' } } });
  });

  it('changes plans once, without repeating, and leaves the plan when the partner refuses', async () => {
    const addon = await world.addon();
    await world.partner.finish(addon.id);
    world.partner.answer = (method, reply) => (method === 'PUT' ? reply.code(500).send({}) : undefined);
    expect((await world.as('PATCH', `/apps/acme/addons/${addon.id}`, { plan: 'dockhero:standard' })).status).toBe(503);
    await world.clock.advance(60_000);
    expect(world.partner.requests.filter((request) => request.startsWith('PUT'))).toHaveLength(1);
    expect((await world.as('GET', `/addons/${addon.id}`)).json['plan']).toMatchObject({ name: 'dockhero:hobby' });
  });

  it('sends lifecycle requests again at any time, without consequences of its own', async () => {
    const addon = await world.addon();
    await world.partner.finish(addon.id);
    const send = async (id: string, method: string) => (await world.control('POST', `/addons/${id}/send`, { method })).json['status'];
    expect(await send(addon.id, 'POST')).toBe(200);
    await world.as('DELETE', `/apps/acme/addons/${addon.id}`);
    expect([await send(addon.id, 'POST'), await send(addon.id, 'DELETE')]).toEqual([410, 410]);
    expect(await send('6b1f3c1e-0000-4000-8000-000000000000', 'DELETE')).toBe(410);
  });

  it('repeats a webhook of level sync until it is taken, and one of level notify never', async () => {
    const addon = await world.addon();
    await world.partner.finish(addon.id);
    const subscribe = (level: string) =>
      world.partner.call(addon.id, 'POST', '/webhooks', { include: ['api:addon'], level, url: 'http://127.0.0.1:1/x', secret: 's' });
    await subscribe('sync');
    await subscribe('notify');
    await world.as('PATCH', `/apps/acme/addons/${addon.id}`, { plan: 'dockhero:standard' });
    const waiting = async () =>
      (await world.control<{ attempts: number }[]>('GET', '/deliveries')).json.map((delivery) => delivery.attempts);
    await expect.poll(waiting).toEqual([1]);
    await world.clock.advance(1_000);
    expect(await waiting()).toEqual([2]);
  });

  it('forgets everything on reset', async () => {
    await world.addon();
    await world.switch({ wrongPassword: true });
    expect((await world.control('POST', '/reset')).status).toBe(204);
    expect((await world.as<unknown[]>('GET', '/apps')).json).toEqual([]);
    expect((await world.control('GET', '/switches')).json['wrongPassword']).toBe(false);
  });

  it('refuses switches it does not know', async () => {
    expect((await world.control('PATCH', '/switches', { wrongPasword: true })).status).toBe(422);
  });
});
