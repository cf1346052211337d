import { Registry } from 'prom-client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DrainMetrics } from '../drain-metrics.js';
import { seeded } from '../testing/docker-frames.js';
import { batchOf } from '../testing/lines.js';
import { StandInLogplex } from '../testing/stand-in-logplex.js';
import { deliverBatch } from './deliver-batch.js';
import { LogplexClient } from './post-batch.js';

let logplex: StandInLogplex;
let client: LogplexClient;
const metrics = new DrainMetrics(new Registry());
beforeAll(async () => {
  logplex = await StandInLogplex.start();
  client = new LogplexClient();
});
beforeEach(() => logplex.reset());
afterAll(async () => {
  client.close();
  await logplex.stop();
});

const deliver = async (texts: readonly (string | Buffer)[], signal: AbortSignal = new AbortController().signal) =>
  await deliverBatch(client, logplex.url, batchOf(texts), metrics, signal);
const frameIds = () => logplex.posts.map(({ headers }) => headers['logplex-frame-id']);
const numbered = (count: number, isBad: (index: number) => boolean = () => false): string[] =>
  Array.from({ length: count }, (_, index) => `line ${String(index)}${isBad(index) ? ' poison' : ''}`);

describe('deliverBatch', () => {
  it('delivers a batch with one POST', async () => {
    expect(await deliver(numbered(100))).toEqual({ isDelivered: true, lost: 0 });
    expect(logplex.taken).toEqual(numbered(100));
    expect(logplex.posts).toHaveLength(1);
  });

  it('loses exactly the poisoned lines, keeps the order and sends no line twice', async () => {
    logplex.poison = 'poison';
    for (let seed = 0; seed < 20; seed += 1) {
      const random = seeded(seed);
      const odds = random() ** 2;
      const lines = numbered(1 + Math.floor(random() * 60), () => random() < odds);
      const good = lines.filter((text) => !text.includes('poison'));
      logplex.taken.length = 0;
      expect(await deliver(lines)).toEqual({ isDelivered: true, lost: lines.length - good.length });
      expect(logplex.taken, `seed ${String(seed)}`).toEqual(good);
    }
  });

  it('finds one poisoned line among a thousand with few POSTs, each under an id of its own', async () => {
    logplex.poison = 'poison';
    expect(await deliver(numbered(1_000, (index) => index === 777))).toEqual({ isDelivered: true, lost: 1 });
    expect(logplex.taken).toHaveLength(999);
    expect(logplex.posts.length).toBeLessThanOrEqual(21);
    expect(new Set(frameIds()).size).toBe(logplex.posts.length);
  });

  it('halves a batch with repaired text too', async () => {
    logplex.poison = 'poison';
    const lines = [Buffer.from([0xff, 0x61]), Buffer.from('nul\0'), Buffer.from('poison \0'), Buffer.from('last')];
    expect(await deliver(lines)).toEqual({ isDelivered: true, lost: 1 });
    expect(logplex.taken).toEqual(['\uFFFDa', 'nul\u2400', 'last']);
  });

  it('tries again until it is taken, with the same frame id and the same bytes: after 503, 429 and a reset', async () => {
    logplex.misbehave = (response, attempt) => {
      if (attempt === 0) response.writeHead(503).end();
      if (attempt === 1) response.writeHead(429).end();
      if (attempt === 2) response.socket?.destroy();
      return attempt < 3;
    };
    expect(await deliver(numbered(3))).toEqual({ isDelivered: true, lost: 0 });
    expect(logplex.taken).toEqual(numbered(3));
    expect(logplex.posts).toHaveLength(4);
    expect(new Set(frameIds()).size).toBe(1);
    expect(new Set(logplex.posts.map(({ body }) => body.toString())).size).toBe(1);
    expect((await metrics.retries.get()).values.map(({ labels, value }) => [labels['why'], value])).toEqual([
      ['status 503', 1],
      ['status 429', 1],
      ['ECONNRESET', 1],
    ]);
  });

  it('tries again when a POST takes too long, with the same frame id', async () => {
    const ids: string[] = [];
    const results = [{ kind: 'later', why: 'timeout', afterMs: 0 }, { kind: 'taken' }] as const;
    const slow = {
      post: async (_url: unknown, _body: unknown, _count: unknown, id: string) => results[ids.push(id) - 1],
    } as unknown as LogplexClient;
    const delivery = await deliverBatch(slow, logplex.url, batchOf(['a']), metrics, new AbortController().signal);
    expect([delivery, ids.length, new Set(ids).size]).toEqual([{ isDelivered: true, lost: 0 }, 2, 1]);
  });

  it('does not come back sooner than Retry-After asks', async () => {
    const times: number[] = [];
    logplex.misbehave = (response, attempt) => {
      times.push(performance.now());
      if (attempt === 0) response.writeHead(429, { 'retry-after': '0.4' }).end();
      return attempt === 0;
    };
    await deliver(['a']);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(395);
  });

  it.each([401, 403, 404, 410])('gives up on an input that answers %i, at once', async (status) => {
    logplex.misbehave = (response) => !!response.writeHead(status).end();
    expect(await deliver(numbered(9))).toEqual({ isDelivered: false, lost: 0 });
    expect(logplex.posts).toHaveLength(1);
  });

  it('is not delivered when the input is refused after a part of it was taken', async () => {
    logplex.poison = 'poison';
    logplex.misbehave = (response, attempt) => attempt === 2 && !!response.writeHead(404).end();
    expect(await deliver(numbered(4, (index) => index === 3))).toMatchObject({ isDelivered: false });
  });

  it('ends with the signal: between two tries at once, and before the first', async () => {
    const stopping = new AbortController();
    logplex.misbehave = (response) => {
      response.once('finish', () => setImmediate(() => stopping.abort(new Error('stopped'))));
      return !!response.writeHead(503, { 'retry-after': '30' }).end();
    };
    await expect(deliver(['a'], stopping.signal)).rejects.toMatchObject({ name: 'AbortError' });
    await expect(deliver(['a'], stopping.signal)).rejects.toThrow('stopped');
    expect(logplex.posts).toHaveLength(1);
  });
});
