import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HerokuWorld } from '../testing/heroku-world.js';

describe('the token endpoint', () => {
  let world: HerokuWorld;
  let uuid: string;
  beforeEach(async () => {
    world = await HerokuWorld.start();
    uuid = (await world.addon()).id;
  });
  afterEach(async () => {
    await world.stop();
  });

  const code = (): string => world.partner.only().grantCode ?? '';
  const redeem = () => world.partner.token(uuid, { grant_type: 'authorization_code', code: code() });

  it('gives the documented fields', async () => {
    const { status, json } = await redeem();
    expect(status).toBe(200);
    expect(json).toEqual({
      access_token: expect.any(String),
      refresh_token: expect.any(String),
      expires_in: expect.any(Number),
      token_type: 'Bearer',
      user_id: expect.any(String),
      session_nonce: null,
    });
    expect([28_799, 28_800]).toContain(json['expires_in']);
  });

  it('takes a grant once, even when asked ten times at the same moment', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, redeem));
    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1);
    expect(answers.find((answer) => answer.status !== 200)).toMatchObject({
      status: 401,
      json: { id: 'unauthorized', message: 'OAuth authorization invalid.' },
    });
  });

  it('burns a grant whose answer is lost on the way', async () => {
    await world.control('POST', '/faults', { route: '/oauth/token', fault: 'reset', when: 'after' });
    await expect(redeem()).rejects.toThrow();
    expect((await redeem()).status).toBe(401);
  });

  it('takes a grant for five minutes', async () => {
    await world.clock.advance(300_001);
    expect((await redeem()).status).toBe(401);
  });

  it('refuses the grant of an add-on that is gone', async () => {
    await world.as('DELETE', `/apps/acme/addons/${uuid}`);
    expect((await redeem()).status).toBe(401);
  });

  it('refuses a wrong client secret and missing parameters', async () => {
    expect((await world.partner.token(uuid, { grant_type: 'authorization_code', code: code(), client_secret: 'wrong' })).status).toBe(401);
    expect((await world.partner.token(uuid, { grant_type: 'authorization_code' })).status).toBe(422);
    expect((await world.partner.token(uuid, { code: code() })).status).toBe(422);
  });

  it('takes parameters from the query and the secret from basic auth', async () => {
    const url = `${world.heroku.url}/oauth/token?grant_type=authorization_code&code=${code()}`;
    const authorization = `Basic ${Buffer.from(`anyone:${'c'.repeat(32)}`).toString('base64')}`;
    const response = await fetch(url, { method: 'POST', headers: { authorization }, signal: AbortSignal.timeout(5_000) });
    expect(response.status).toBe(200);
  });

  it('lets access tokens expire and refreshes them', async () => {
    await world.partner.finish(uuid);
    await world.clock.advance(28_800_001);
    const expired = await world.partner.call(uuid, 'GET', '');
    expect(expired).toMatchObject({ status: 401, json: { id: 'unauthorized', message: 'Invalid credentials provided.' } });

    const resource = world.partner.only();
    const before = resource.tokens?.refresh_token ?? '';
    const { json } = await world.partner.token(uuid, { grant_type: 'refresh_token', refresh_token: before });
    resource.tokens = json as unknown as NonNullable<typeof resource.tokens>;
    expect((await world.partner.call(uuid, 'GET', '')).status).toBe(200);
    expect(resource.tokens.refresh_token).toBe(before);
  });

  it('rotates refresh tokens when asked: the old one is dead', async () => {
    await world.switch({ rotateRefreshTokens: true });
    const { json } = await redeem();
    const first = String(json['refresh_token']);
    const refreshed = await world.partner.token(uuid, { grant_type: 'refresh_token', refresh_token: first });
    expect(refreshed.json['refresh_token']).not.toBe(first);
    expect((await world.partner.token(uuid, { grant_type: 'refresh_token', refresh_token: first })).status).toBe(401);
  });

  it('kills all access tokens when the client secret is reset, but not refresh tokens', async () => {
    await world.partner.finish(uuid);
    await world.control('POST', '/oauth/client-secrets', { secrets: ['new-secret'] });
    expect((await world.partner.call(uuid, 'GET', '')).status).toBe(401);
    const refresh_token = world.partner.only().tokens?.refresh_token ?? '';
    expect((await world.partner.token(uuid, { grant_type: 'refresh_token', refresh_token })).status).toBe(401);
    expect((await world.partner.token(uuid, { grant_type: 'refresh_token', refresh_token, client_secret: 'new-secret' })).status).toBe(200);
  });
});
