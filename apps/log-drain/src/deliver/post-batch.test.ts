import { Secret } from '@dockhero/domain/secret';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { batchOf } from '../testing/lines.js';
import { StandInLogplex } from '../testing/stand-in-logplex.js';
import { LogplexClient } from './post-batch.js';

const { body, count } = batchOf(['hello', 'über']);
let logplex: StandInLogplex;
let client: LogplexClient;
beforeAll(async () => {
  logplex = await StandInLogplex.start();
  client = new LogplexClient();
});
beforeEach(() => logplex.reset());
afterAll(async () => {
  client.close();
  await logplex.stop();
});

const post = (url = logplex.url) => client.post(url, body, count, 'frame-1');
const answerWith = (status: number, headers: Record<string, string> = {}): void => {
  logplex.misbehave = (response) => !!response.writeHead(status, headers).end('words');
};

describe('LogplexClient', () => {
  it('posts what Logplex takes: exact type and length, count, frame id, the credentials of the URL and no others', async () => {
    expect(await post()).toEqual({ kind: 'taken' });
    expect(logplex.taken).toEqual(['hello', 'über']);
    const [{ method, path, headers } = { method: '', path: '', headers: {} }] = logplex.posts;
    expect([method, path]).toEqual(['POST', '/logs']);
    expect(headers).toMatchObject({
      'content-type': 'application/logplex-1',
      'content-length': String(body.length),
      'logplex-msg-count': '2',
      'logplex-frame-id': 'frame-1',
      authorization: `Basic ${Buffer.from('token:t.3f7d0c1e').toString('base64')}`,
    });
    expect(headers).not.toHaveProperty('transfer-encoding');
  });

  it('sends the credentials as they are meant when the URL has them encoded', async () => {
    const url = new Secret(logplex.url.reveal().replace('token:t.3f7d0c1e', 'token:a%2Fb%40c'));
    await post(url);
    expect(logplex.posts[0]?.headers.authorization).toBe(`Basic ${Buffer.from('token:a/b@c').toString('base64')}`);
  });

  it('uses its connection again', async () => {
    for (let index = 0; index < 5; index += 1) await post();
    expect(logplex.connections).toBeLessThanOrEqual(1);
    expect(logplex.posts).toHaveLength(5);
  });

  it('has an end when another protocol is asked for', async () => {
    const said = 'HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n';
    logplex.misbehave = (response) => !!response.socket?.end(said);
    expect(await post()).toEqual({ kind: 'later', why: 'no answer', afterMs: 0 });
  });

  it.each([200, 202, 204])('%i is taken', async (status) => {
    answerWith(status);
    expect(await post()).toEqual({ kind: 'taken' });
  });

  it.each([401, 403, 404, 410])('%i says that this is no log input', async (status) => {
    answerWith(status);
    expect(await post()).toEqual({ kind: 'refused', status });
  });

  it.each([400, 406, 413, 415, 422])('%i says that the batch is not to its liking', async (status) => {
    answerWith(status);
    expect(await post()).toEqual({ kind: 'malformed', status });
  });

  it.each([302, 408, 429, 500, 502, 503])('%i is for later', async (status) => {
    answerWith(status);
    expect(await post()).toEqual({ kind: 'later', why: `status ${String(status)}`, afterMs: 0 });
  });

  it.each([
    ['3', 3_000],
    ['0', 0],
    ['86400', 30_000],
    ['Wed, 21 Oct 2026 07:28:00 GMT', 0],
  ])('waits as long as it is asked to, within reason: Retry-After %s', async (value, afterMs) => {
    answerWith(429, { 'retry-after': value });
    expect(await post()).toMatchObject({ kind: 'later', afterMs });
  });

  it('a connection that is reset is for later, before the answer or in it', async () => {
    logplex.misbehave = (response) => !!response.socket?.destroy();
    expect(await post()).toMatchObject({ kind: 'later', why: 'ECONNRESET' });
    logplex.misbehave = (response) => {
      response.writeHead(200, { 'content-length': '10' });
      response.write('words', () => response.socket?.destroy());
      return true;
    };
    expect(await post()).toMatchObject({ kind: 'later', why: 'ECONNRESET' });
  });

  it('a port where nobody listens, and a name that nobody knows, are for later', async () => {
    expect(await post(new Secret('http://token:t.1@127.0.0.1:1/logs'))).toMatchObject({ kind: 'later', why: 'ECONNREFUSED' });
    expect(await post(new Secret('http://token:t.1@logplex.invalid/logs'))).toMatchObject({ kind: 'later' });
  });

  it.each([
    ['never answers', (): boolean => true],
    ['answers with a header and never ends', (response: { flushHeaders(): void }): boolean => (response.flushHeaders(), true)],
  ])('one that %s is for later after ten seconds', async (_, misbehave) => {
    const asked = Promise.withResolvers<void>();
    logplex.misbehave = (response) => {
      asked.resolve();
      return misbehave(response);
    };
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const result = post();
      await asked.promise;
      vi.advanceTimersByTime(10_000);
      expect(await result).toMatchObject({ kind: 'later' });
    } finally {
      vi.useRealTimers();
    }
  });

  it.each([
    ['no URL', 'logs'],
    ['of another protocol', 'ftp://token:t.1@127.0.0.1/logs'],
    ['wrongly encoded', 'http://token:100%@127.0.0.1:1/logs'],
  ])('never rejects: what is %s is refused like any other that is no log input', async (_, url) => {
    await expect(post(new Secret(url))).resolves.toMatchObject({ kind: 'refused' });
  });
});
