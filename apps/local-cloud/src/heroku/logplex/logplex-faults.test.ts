import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HerokuWorld } from '../testing/heroku-world.js';
import { frame, head, postLogs } from '../testing/post-logs.js';

describe('Logplex on a bad day', () => {
  let world: HerokuWorld;
  beforeEach(async () => {
    world = await HerokuWorld.start();
    await world.addon();
  });
  afterEach(async () => {
    await world.stop();
  });
  const post = (body: string, headers: Record<string, string> = {}, signal?: AbortSignal) =>
    postLogs(world.partner.only().logInputUrl ?? '', body, headers, signal);
  const received = async (): Promise<number> => (await world.app()).logs.received;
  const faults = async () => {
    const { json } = await world.control<{ path: string; status: number | null; fault: string | null }[]>('GET', '/journal');
    return json.filter(({ path }) => path === '/logs').map(({ status, fault }) => ({ status, fault }));
  };

  it.each([
    ['unavailable', 503],
    ['gone', 404],
    ['rate_limit', 429],
    ['unauthorized', 401],
    ['bad_request', 400],
  ] as const)('can be %s, and takes nothing', async (logplex, status) => {
    await world.switch({ logplex });
    expect((await post(frame(`${head}x`))).status).toBe(status);
    expect(await received()).toBe(0);
    expect(await faults()).toEqual([{ status, fault: null }]);
  });

  it('can cut the connection and take nothing', async () => {
    await world.switch({ logplex: 'reset' });
    await expect(post(frame(`${head}x`))).rejects.toThrow();
    expect(await received()).toBe(0);
    expect(await faults()).toEqual([{ status: null, fault: 'cut by the local cloud' }]);
  });

  it('can take a batch and cut the connection: sent again, it is there twice and its id counts as a repetition', async () => {
    await world.switch({ logplex: 'reset_after' });
    const id = { 'logplex-frame-id': 'batch-1' };
    await expect(post(frame(`${head}x`), id)).rejects.toThrow();
    expect((await world.app()).logs).toMatchObject({ received: 1, duplicateFrameIds: 0 });
    expect(await faults()).toEqual([{ status: null, fault: 'cut by the local cloud' }]);
    await world.switch({ logplex: 'good' });
    expect((await post(frame(`${head}x`), id)).status).toBe(204);
    expect((await world.app()).logs).toMatchObject({ received: 2, duplicateFrameIds: 1 });
  });

  it('can hang: a client that gives up has sent nothing', async () => {
    await world.switch({ logplex: 'hang' });
    await expect(post(frame(`${head}x`), {}, AbortSignal.timeout(200))).rejects.toThrow();
    await expect.poll(faults).toEqual([{ status: null, fault: 'the partner hung up' }]);
    await world.switch({ logplex: 'good' });
    expect(await received()).toBe(0);
  });

  it('lets a hanging request go on as the next mode says', async () => {
    await world.switch({ logplex: 'hang' });
    const [first, second] = [post(frame(`${head}x`)), post(frame(`${head}y`))];
    expect(await Promise.race([first, second, new Promise((resolve) => setTimeout(resolve, 150, 'nothing yet'))])).toBe('nothing yet');
    await world.switch({ logplex: 'good' });
    expect([(await first).status, (await second).status, await received()]).toEqual([204, 204, 2]);
    await world.switch({ logplex: 'hang' });
    const third = post(frame(`${head}z`));
    await world.switch({ logplex: 'unavailable' });
    expect((await third).status).toBe(503);
  });

  it('refuses whole every batch with a poisoned message, and no other', async () => {
    await world.switch({ logplexPoison: 'p\u00f6ison' });
    const good = frame(`${head}good`);
    expect(await post(`${good}${frame(`${head}a pöison pill`)}${good}`)).toMatchObject({ status: 400, text: 'Malformed log messages' });
    expect(await received()).toBe(0);
    expect((await post(good + good)).status).toBe(204);
    await world.switch({ logplexPoison: null });
    expect((await post(frame(`${head}a pöison pill`))).status).toBe(204);
    expect(await received()).toBe(3);
  });

  it('sees no poison across two messages', async () => {
    await world.switch({ logplexPoison: `good${frame(head).slice(0, 4)}` });
    expect((await post(frame(`${head}good`) + frame(head))).status).toBe(204);
  });

  it('reports batches and bytes, the largest batch, and repetitions of taken batches only', async () => {
    const [one, three] = [frame(`${head}x`), frame(`${head}x`).repeat(3)];
    await world.switch({ logplex: 'unavailable' });
    await post(one, { 'logplex-frame-id': 'a' });
    await world.switch({ logplex: 'good' });
    await post(one, { 'logplex-frame-id': 'a' });
    await post(three, { 'logplex-frame-id': 'b' });
    await post(one);
    const { logs } = await world.app();
    expect(logs).toMatchObject({ batches: 3, bytes: 5 * one.length, lostBytes: 0, duplicateFrameIds: 0 });
    expect(logs).toMatchObject({ largestBatchMessages: 3, largestBatchBytes: three.length });
  });
});
