import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HerokuWorld } from '../testing/heroku-world.js';

describe('the Platform API for the partner', () => {
  let world: HerokuWorld;
  let uuid: string;
  beforeEach(async () => {
    world = await HerokuWorld.start();
    uuid = (await world.addon()).id;
    await world.partner.finish(uuid);
  });
  afterEach(async () => {
    await world.stop();
  });

  const patch = (config: { name: string; value: string | null }[]) => world.partner.call(uuid, 'PATCH', '/config', { config });

  it('makes one release and restart of every attached app per config update, and leaves other names', async () => {
    await world.as('POST', '/apps', { name: 'second' });
    await world.as('POST', '/addon-attachments', { addon: { name: uuid }, app: { name: 'second' }, name: 'BLUE' });
    const { json } = await patch([{ name: 'DOCKHERO_CONFIG_URL', value: 'https://c.example/x' }]);
    expect(json).toEqual([
      { name: 'DOCKHERO_HOST', value: 'tcp://h1.example:2376' },
      { name: 'DOCKHERO_CONFIG_URL', value: 'https://c.example/x' },
    ]);
    expect(await world.app('acme')).toMatchObject({ version: 3, restarts: 2 });
    expect(await world.app('second')).toMatchObject({
      version: 3,
      restarts: 2,
      config: { BLUE_HOST: 'tcp://h1.example:2376', BLUE_CONFIG_URL: 'https://c.example/x' },
    });
    await patch([{ name: 'DOCKHERO_CONFIG_URL', value: null }]);
    expect((await world.app('acme')).config).toEqual({ DOCKHERO_HOST: 'tcp://h1.example:2376' });
  });

  it('refuses names the manifest does not declare, and values that are not text', async () => {
    expect(await patch([{ name: 'DOCKHERO_SECRET', value: 'x' }])).toMatchObject({ status: 403, json: { id: 'forbidden' } });
    const { status } = await world.partner.call(uuid, 'PATCH', '/config', { config: [{ name: 'DOCKHERO_HOST', value: 5 }] });
    expect(status).toBe(422);
    expect((await world.partner.call(uuid, 'PATCH', '/config', { DOCKHERO_HOST: 'x' })).status).toBe(422);
    expect((await world.app()).version).toBe(2);
  });

  it('gives a second add-on on the app a colour, so that nothing collides', async () => {
    const { json } = await world.as<{ id: string }>('POST', '/apps/acme/addons', { plan: 'dockhero:standard' });
    await world.partner.finish(json.id, { DOCKHERO_HOST: 'other' });
    expect((await world.app()).config).toEqual({ DOCKHERO_HOST: 'tcp://h1.example:2376', DOCKHERO_AMBER_HOST: 'other' });
  });

  it('shows a token its own add-on and apps, and nothing else', async () => {
    const { json: other } = await world.as<{ id: string }>('POST', '/apps/acme/addons', { plan: 'dockhero:standard' });
    await world.as('POST', '/apps', { name: 'second' });
    const token = world.partner.resources.get(uuid)?.tokens?.access_token ?? '';
    const get = (path: string) => world.as('GET', path, undefined, { authorization: `Bearer ${token}` });
    expect((await get(`/addons/${uuid}`)).json).toMatchObject({
      id: uuid,
      state: 'provisioned',
      plan: { name: 'dockhero:hobby' },
      config_vars: ['DOCKHERO_HOST'],
    });
    expect((await get('/apps/acme')).json).toMatchObject({ name: 'acme', owner: { email: 'dev@example.com' } });
    expect((await get('/apps/acme/collaborators')).status).toBe(200);
    for (const path of [`/addons/${other.id}`, '/addons/none', '/apps/second', '/apps/acme/config-vars', '/account']) {
      const { status, json } = await get(path);
      expect([path, status, status === 404 ? 'forbidden' : json['id']]).toEqual([path, path === '/apps/none' ? 404 : 403, 'forbidden']);
    }
    expect((await world.as('POST', `/addons/${uuid}/actions/provision`)).status).toBe(403);
  });

  it('names a log_input_url per attachment, to the partner only', async () => {
    await world.as('POST', '/apps', { name: 'second' });
    await world.as('POST', '/addon-attachments', { addon: { name: uuid }, app: { name: 'second' } });
    const { json } = await world.partner.call(uuid, 'GET', '/addon-attachments');
    const urls = (json as { log_input_url: string; app: { name: string } }[]).map((attachment) => attachment.log_input_url);
    expect(new Set(urls).size).toBe(2);
    expect(urls).toContain(world.partner.only().logInputUrl);
    expect(JSON.stringify((await world.as('GET', `/addons/${uuid}/addon-attachments`)).json)).not.toContain('t.');
  });

  it('gives attachments page by page, as Range asks', async () => {
    await world.as('POST', '/apps', { name: 'second' });
    await world.as('POST', '/addon-attachments', { addon: { name: uuid }, app: { name: 'second' } });
    const get = async (range: string) => await world.as<{ id: string }[]>('GET', `/addons/${uuid}/addon-attachments`, undefined, { range });
    const first = await get('id ..; max=1');
    const next = first.headers.get('next-range') ?? '';
    expect([first.status, first.json.length, next]).toEqual([206, 1, `id ]${first.json[0]?.id ?? ''}..; max=1, order=asc`]);
    const second = await get(next);
    expect([second.status, second.json.length, second.headers.get('next-range')]).toEqual([200, 1, null]);
    expect(second.json[0]?.id).not.toBe(first.json[0]?.id);
  });

  it('wants a version in Accept, and says how much of the rate limit is left', async () => {
    expect((await world.as('GET', '/apps', undefined, { accept: 'application/json' })).status).toBe(404);
    expect((await world.partner.call(uuid, 'GET', '')).headers.get('ratelimit-remaining')).toMatch(/^44\d\d$/);
  });

  it('hides an add-on until its provision request is answered, when asked', async () => {
    await world.switch({ hideUntilAnswered: true, dropAnswers: 1 });
    const { json } = await world.as<{ id: string }>('POST', '/apps/acme/addons', { plan: 'dockhero:hobby' });
    await expect(world.partner.finish(json.id)).rejects.toThrow('404');
    await world.clock.advance(1_000);
    await world.partner.finish(json.id);
  });

  it('fails calls by route, before or after they take effect', async () => {
    await world.control('POST', '/faults', { route: '/addons/:addon/config', method: 'PATCH', fault: 503, times: 2 });
    await world.control('POST', '/faults', { route: '/addons/*', method: 'GET', fault: 429, retryAfterSeconds: 3 });
    expect((await patch([{ name: 'DOCKHERO_HOST', value: 'x' }])).status).toBe(503);
    expect((await patch([{ name: 'DOCKHERO_HOST', value: 'x' }])).status).toBe(503);
    expect((await world.app()).version).toBe(2);
    const limited = await world.partner.call(uuid, 'GET', '');
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '3']);
    expect((await world.partner.call(uuid, 'GET', '')).status).toBe(200);

    await world.control('POST', '/faults', { route: '/addons/:addon/config', fault: 500, when: 'after' });
    expect((await patch([{ name: 'DOCKHERO_HOST', value: 'y' }])).status).toBe(500);
    expect((await world.app()).config).toEqual({ DOCKHERO_HOST: 'y' });
  });

  it.each(['before', 'after'])('cuts connections %s a call takes effect', async (when) => {
    await world.control('POST', '/faults', { route: '/addons/:addon/config', method: 'PATCH', fault: 'reset', when });
    await expect(patch([{ name: 'DOCKHERO_HOST', value: 'z' }])).rejects.toThrow();
    expect((await world.app()).config['DOCKHERO_HOST']).toBe(when === 'after' ? 'z' : 'tcp://h1.example:2376');
    await world.control('POST', '/faults', { route: '/addons/:addon', fault: 'timeout', holdMs: 50 });
    await expect(world.partner.call(uuid, 'GET', '')).rejects.toThrow();
    expect((await world.partner.call(uuid, 'GET', '')).status).toBe(200);
    const { json } = await world.control<{ fault: string | null; status: number | null }[]>('GET', '/journal?direction=from_partner');
    expect(json.filter((entry) => entry.fault === 'cut by the local cloud')).toHaveLength(2);
  });

  it('keeps apps of one customer from another until access is given', async () => {
    const alice = { authorization: 'Bearer alice@example.com' };
    expect((await world.as('GET', '/apps/acme', undefined, alice)).status).toBe(404);
    expect((await world.as('GET', `/addons/${uuid}`, undefined, alice)).status).toBe(404);
    await world.as('POST', '/apps/acme/collaborators', { user: 'alice@example.com' });
    expect((await world.as('GET', `/addons/${uuid}`, undefined, alice)).status).toBe(200);
  });

  it('asks before an attachment replaces another of the same name', async () => {
    const wish = { addon: { name: uuid }, app: { name: 'acme' }, name: 'DOCKHERO' };
    const first = await world.as('POST', '/addon-attachments', wish);
    expect(first.json['id']).toBe('confirmation_required');
    expect((await world.as('POST', '/addon-attachments', { ...wish, confirm: 'acme' })).status).toBe(201);
  });
});
