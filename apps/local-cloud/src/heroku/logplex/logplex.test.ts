import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HerokuWorld } from '../testing/heroku-world.js';
import { frame, head, postLogs } from '../testing/post-logs.js';
import { parseFrames } from './parse-frames.js';

describe('Logplex input', () => {
  let world: HerokuWorld;
  beforeEach(async () => {
    world = await HerokuWorld.start();
    await world.addon();
  });
  afterEach(async () => {
    await world.stop();
  });

  const post = (body: string | Buffer, headers: Record<string, string> = {}, url?: string) =>
    postLogs(url ?? world.partner.only().logInputUrl ?? '', body, headers);
  const lines = async (): Promise<string[]> => (await world.app()).logs.lines.map((line) => line.replace(/^\S+ /, ''));

  it('counts lengths in bytes and puts nothing between frames', async () => {
    const { status } = await post(frame(`${head}grüße 🐳`) + frame(`${head}second\n`), { 'logplex-msg-count': '2' });
    expect(status).toBe(204);
    expect(await lines()).toEqual(['app[web.1]: grüße 🐳', 'app[web.1]: second']);
  });

  it('notices lengths in characters by the count, and else loses the rest in silence', async () => {
    const message = `${head}grüße`;
    const body = frame(message, message.length) + frame(`${head}second`);
    expect(await post(body, { 'logplex-msg-count': '2' })).toMatchObject({ status: 400, text: 'Message count mismatch' });
    expect((await post(body)).status).toBe(204);
    expect(await lines()).toEqual(['app[web.1]: grü\ufffd']);
  });

  it('takes a message with one dash and never shows it', async () => {
    expect((await post(frame(`${head.replace('- - ', '- ')}hello`), { 'logplex-msg-count': '1' })).status).toBe(204);
    expect((await world.app()).logs).toMatchObject({ lines: [], received: 1, undisplayed: 1 });
  });

  it.each(['application/logplex-1; charset=utf-8', 'application/json', 'text/plain'])('answers 415 to %s', async (type) => {
    expect((await post(frame(`${head}x`), { 'content-type': type })).status).toBe(415);
  });

  it('refuses a whole batch with one malformed frame', async () => {
    expect(await post(`${frame(`${head}good`)}bad frame\n${frame(`${head}good`)}`)).toMatchObject({
      status: 400,
      text: 'Malformed log messages',
    });
    expect(await post(frame(`${head}${'x'.repeat(10_240)}\n`))).toMatchObject({ status: 400 });
    expect(await lines()).toEqual([]);
  });

  it('takes a frame of 10,240 bytes', async () => {
    expect((await post(frame(head + 'x'.repeat(10_240 - head.length)), { 'logplex-msg-count': '1' })).status).toBe(204);
  });

  it('drops everything from a bad frame without a newline, in silence', async () => {
    expect((await post(`${frame(`${head}good`)}bad frame`)).status).toBe(204);
    expect((await post(`${frame(`${head}good`)}${frame(`${head}${'x'.repeat(10_240)}`)}`)).status).toBe(204);
    expect(await lines()).toEqual(['app[web.1]: good', 'app[web.1]: good']);
    expect((await world.app()).logs).toMatchObject({ received: 2, undisplayed: 0, lostBytes: 9 + 6 + head.length + 10_240 });
    expect(await post(`${frame(`${head}good`)}bad frame`, { 'logplex-msg-count': '2' })).toMatchObject({ status: 400 });
  });

  it('takes gzip, and refuses what only claims to be', async () => {
    expect((await post(gzipSync(frame(`${head}zipped`)), { 'content-encoding': 'gzip' })).status).toBe(204);
    expect((await post('not zipped', { 'content-encoding': 'gzip' })).status).toBe(400);
    expect(await lines()).toEqual(['app[web.1]: zipped']);
  });

  it('checks method, credentials and Accept', async () => {
    const get = await fetch(`${world.heroku.url}/logs`, { signal: AbortSignal.timeout(5_000) });
    expect(get.status).toBe(405);
    const unknown = await post(frame(`${head}x`), { authorization: 'Basic dG9rZW46dC54' });
    expect([unknown.status, unknown.headers.get('www-authenticate')]).toEqual([401, 'Basic realm=Logplex']);
    expect((await post(frame(`${head}x`), { accept: 'application/json' })).status).toBe(406);
  });

  it('refuses the old address after a rotation and takes the new one', async () => {
    const { id } = { id: world.partner.only().uuid };
    await world.partner.finish(id);
    await world.control('POST', `/addons/${id}/log-token/rotate`);
    expect((await post(frame(`${head}x`))).status).toBe(401);
    const { json } = await world.partner.call(id, 'GET', '/addon-attachments');
    expect((await post(frame(`${head}x`), {}, (json as { log_input_url: string }[])[0]?.log_input_url)).status).toBe(204);
  });

  it.each([
    ['unavailable', 503],
    ['rate_limit', 429],
    ['unauthorized', 401],
  ] as const)('can be %s', async (logplex, status) => {
    await world.switch({ logplex });
    expect((await post(frame(`${head}x`))).status).toBe(status);
    await world.switch({ logplex: 'reset' });
    await expect(post(frame(`${head}x`))).rejects.toThrow();
  });

  it('keeps the last 1,500 lines', async () => {
    for (let batch = 0; batch < 4; batch += 1) {
      await post(Array.from({ length: 500 }, (_, i) => frame(`${head}line ${String(batch * 500 + i)}`)).join(''), {
        'logplex-msg-count': '500',
      });
    }
    const kept = await lines();
    expect([kept.length, kept[0], kept.at(-1)]).toEqual([1_500, 'app[web.1]: line 500', 'app[web.1]: line 1999']);
  });

  it('reads the sample of the specification: 71 and 92 bytes', () => {
    const sample = Buffer.from(
      '71 <190>1 2026-01-01T00:00:00.000000+00:00 acme-deploy app web.1 - - hello92 <190>1 2026-01-01T00:00:00.000000+00:00 acme-deploy app deploy.42 - - status=succeeded über',
    );
    const { messages, malformed } = parseFrames(sample);
    expect([messages.length, malformed, messages[1]?.toString().endsWith('über')]).toEqual([2, false, true]);
  });
});
