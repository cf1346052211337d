import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HerokuWorld } from './testing/heroku-world.js';

describe('provisioning', () => {
  let world: HerokuWorld;
  beforeEach(async () => {
    world = await HerokuWorld.start();
  });
  afterEach(async () => {
    await world.stop();
  });

  it('hides config until actions/provision, then publishes it with one release and one restart', async () => {
    const addon = await world.addon();
    expect(addon.state).toBe('provisioning');
    expect(await world.app()).toMatchObject({ config: {}, version: 1, restarts: 0 });
    const body = world.partner.bodies[0];
    expect(body).toMatchObject({
      uuid: addon.id,
      plan: 'hobby',
      region: 'amazon-web-services::us-east-1',
      callback_url: `${world.heroku.url}/addons/${addon.id}`,
    });
    expect(body?.['log_input_url']).toMatch(/^http:\/\/token:t\.[0-9a-f-]{36}@127\.0\.0\.1:\d+\/logs$/);

    await world.partner.finish(addon.id);

    expect(await world.app()).toMatchObject({ config: { DOCKHERO_HOST: 'tcp://h1.example:2376' }, version: 2, restarts: 1 });
    const again = await world.partner.call(addon.id, 'POST', '/actions/provision');
    expect(again.status).toBe(200);
    expect((await world.app()).restarts).toBe(1);
  });

  it('makes a synchronous answer final at once', async () => {
    world.partner.answer = (_method, reply) => reply.code(200).send({ id: 'x', config: { DOCKHERO_HOST: 'h' }, message: 'Ready.' });
    expect((await world.addon()).state).toBe('provisioned');
    expect((await world.app()).config).toEqual({ DOCKHERO_HOST: 'h' });
  });

  it.each([422, 503])('shows the message of a %i and leaves no add-on', async (status) => {
    world.partner.answer = (_method, reply) => reply.code(status).send({ message: 'Not today.' });
    await world.as('POST', '/apps', { name: 'acme' });
    const { status: answered, json } = await world.as('POST', '/apps/acme/addons', { plan: 'dockhero:hobby' });
    expect(answered).toBe(status);
    expect(json['message']).toBe('Not today.');
    expect((await world.as<unknown[]>('GET', '/apps/acme/addons')).json).toEqual([]);
  });

  it('repeats the same body after a fault until it is answered', async () => {
    await world.switch({ retryTimeFactor: 1 });
    let faults = 2;
    world.partner.answer = (_method, reply) => (faults-- > 0 ? reply.code(500).send({}) : undefined);
    const addon = await world.addon();
    expect(addon.state).toBe('provisioning');
    await world.clock.advance(1_000);
    await world.clock.advance(5_000);
    expect(world.partner.requests).toEqual(['POST', 'POST', 'POST']);
    expect(world.partner.bodies[2]).toEqual(world.partner.bodies[0]);
    expect(world.partner.only().state).toBe('provisioning');
    await world.clock.advance(60_000);
    expect(world.partner.requests).toHaveLength(3);
  });

  it('repeats when our answer to the partner is lost', async () => {
    await world.switch({ dropAnswers: 1 });
    await world.addon();
    await world.clock.advance(1_000);
    expect(world.partner.requests).toEqual(['POST', 'POST']);
    expect(world.partner.resources.size).toBe(1);
  });

  it.each([false, true])('sends every request several times when asked (concurrently: %s)', async (concurrently) => {
    await world.switch({ repeatRequests: { times: 5, concurrently } });
    const addon = await world.addon();
    expect(world.partner.requests).toEqual(Array(5).fill('POST'));
    await world.as('DELETE', `/apps/acme/addons/${addon.id}`);
    expect(world.partner.requests.slice(5)).toEqual(Array(5).fill(`DELETE ${addon.id}`));
    expect((await world.as<unknown[]>('GET', '/apps/acme/addons')).json).toEqual([]);
  });

  it('delivers a DELETE before the provision request it overtook', async () => {
    await world.switch({ holdProvisions: true });
    const addon = await world.addon();
    await world.as('DELETE', `/apps/acme/addons/${addon.id}`);
    expect((await world.control('POST', '/held/release', {})).json).toEqual({ released: 1 });
    expect(world.partner.requests).toEqual([`DELETE ${addon.id}`, 'POST']);
    expect(world.partner.only().state).toBe('deprovisioned');
    expect((await world.as<unknown[]>('GET', '/apps/acme/addons')).json).toEqual([]);
  });

  it('keeps repeating a DELETE that is not accepted, and says deprovisioning meanwhile', async () => {
    const addon = await world.addon();
    await world.partner.finish(addon.id);
    world.partner.answer = (_method, reply) => reply.code(500).send({});
    const { json } = await world.as('DELETE', `/apps/acme/addons/${addon.id}`);
    expect(json['state']).toBe('deprovisioning');
    world.partner.answer = null;
    await world.clock.advance(1_000);
    expect((await world.as('GET', `/apps/acme/addons/${addon.id}`)).status).toBe(404);
    expect((await world.app()).config).toEqual({});
  });

  it('removes an add-on that is still provisioning after 12 hours and tells the partner', async () => {
    const addon = await world.addon();
    await world.clock.advance(12 * 3_600_000 - 60_000);
    expect((await world.as('GET', `/addons/${addon.id}`)).json['state']).toBe('provisioning');
    await world.clock.advance(60_000);
    expect((await world.as('GET', `/addons/${addon.id}`)).status).toBe(404);
    expect(world.partner.requests).toEqual(['POST', `DELETE ${addon.id}`]);
  });

  it('ends a provisioning that the partner gives up: errored to the customer, its token dead', async () => {
    const addon = await world.addon();
    const resource = world.partner.only();
    const { json } = await world.partner.token(addon.id, { grant_type: 'authorization_code', code: resource.grantCode ?? '' });
    resource.tokens = json as unknown as NonNullable<typeof resource.tokens>;
    expect((await world.partner.call(addon.id, 'POST', '/actions/deprovision')).json).toMatchObject({ state: 'deprovisioned' });
    expect((await world.as('GET', `/apps/acme/addons/${addon.name}`)).json['state']).toBe('deprovisioned');
    expect((await world.partner.call(addon.id, 'GET', '')).status).toBe(401);
  });

  it('repeats what the partner did not answer in time', async () => {
    await world.switch({ answerTimeoutMs: 50 });
    world.partner.answer = () => new Promise(() => undefined);
    expect((await world.addon()).state).toBe('provisioning');
    world.partner.answer = null;
    await world.clock.advance(1_000);
    expect(world.partner.requests).toEqual(['POST', 'POST']);
    const { json } = await world.control<{ fault: string | null }[]>('GET', '/journal');
    expect(json.map((entry) => entry.fault)).toEqual(['timeout', null]);
  });

  it('repeats after a restart what was under way when it stopped', async () => {
    world.partner.answer = () => new Promise(() => undefined);
    const created = world.addon().catch(() => null);
    await expect.poll(() => world.partner.requests.length).toBe(1);
    await world.restart();
    await created;
    await expect.poll(() => world.partner.requests.length).toBe(2);
    expect(world.partner.bodies[1]).toEqual(world.partner.bodies[0]);
  });

  it('complains in the journal about answers that break the rules', async () => {
    world.partner.answer = (_method, reply) => reply.code(202).send({ id: 'mine', config: { OTHER: 'x' } });
    await world.addon();
    const { json } = await world.control<{ complaints: string[] }[]>('GET', '/journal');
    expect(json[0]?.complaints).toEqual([
      'id is not the uuid',
      '202 must not carry config',
      'config var OTHER is not declared in the manifest',
    ]);
  });

  it('lets a 202 to DELETE mean "later" only in the beta', async () => {
    await world.switch({ asyncDeprovision: true });
    const addon = await world.addon();
    await world.partner.finish(addon.id);
    world.partner.answer = (_method, reply) => reply.code(202).send({});
    expect((await world.as('DELETE', `/apps/acme/addons/${addon.id}`)).json['state']).toBe('deprovisioning');
    expect((await world.partner.call(addon.id, 'POST', '/actions/deprovision')).status).toBe(200);
    expect((await world.as('GET', `/addons/${addon.id}`)).status).toBe(404);
    await world.clock.advance(60_000);
    expect(world.partner.requests).toHaveLength(2);
  });

  it('passes options as strings and fields nobody documented', async () => {
    await world.switch({ extraFields: true, omitLogInputUrl: true, grant: 'null' });
    await world.addon({ config: { size: 'big', verbose: true } });
    expect(world.partner.bodies[0]).toMatchObject({ options: { size: 'big', verbose: 'true' }, oauth_grant: null, generation: 'cedar' });
    expect(world.partner.bodies[0]).not.toHaveProperty('log_input_url');
  });

  it('shows a wrong password as a configuration error', async () => {
    await world.switch({ wrongPassword: true });
    await world.as('POST', '/apps', { name: 'acme' });
    const { status, json } = await world.as('POST', '/apps/acme/addons', { plan: 'dockhero:hobby' });
    expect([status, json['message']]).toEqual([503, "Dockhero does not accept Heroku's credentials."]);
  });

  it('journals both directions without secrets', async () => {
    const addon = await world.addon();
    await world.partner.finish(addon.id);
    const { json } = await world.control<{ direction: string; method: string; path: string; status: number }[]>(
      'GET',
      `/journal?addonId=${addon.id}`,
    );
    expect(
      json.map((entry) => `${entry.direction} ${entry.method} ${entry.path.replace(addon.id, ':id')} ${String(entry.status)}`),
    ).toEqual([
      'to_partner POST /heroku/resources 202',
      'from_partner POST /oauth/token 200',
      'from_partner PATCH /addons/:id/config 200',
      'from_partner POST /addons/:id/actions/provision 200',
    ]);
    const text = JSON.stringify(json);
    const { grantCode, logInputUrl, tokens } = world.partner.only();
    for (const secret of [grantCode, logInputUrl, tokens?.access_token, tokens?.refresh_token, 'tcp://h1.example:2376', 'cccccc'])
      expect(text).not.toContain(secret);
  });
});
