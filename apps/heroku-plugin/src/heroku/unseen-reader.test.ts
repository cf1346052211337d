import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UnansweredError } from '../connection/explain-refusal.js';
import { unseenReader } from './unseen-reader.js';

describe('unseenReader', () => {
  let server: Server;
  let apiUrl: string;
  let answer: { status: number; body: object } | null;
  const seen: (string | undefined)[] = [];

  beforeEach(async () => {
    answer = { status: 200, body: { A: '1' } };
    seen.length = 0;
    server = createServer((request, response) => {
      seen.push(`${request.method ?? ''} ${request.url ?? ''}`, request.headers.authorization);
      if (answer) response.writeHead(answer.status, { location: 'http://evil.example/' }).end(JSON.stringify(answer.body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    apiUrl = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const read = (token: string | undefined = 'HRKU-x', timeoutMs = 5_000): Promise<unknown> =>
    unseenReader({ apiUrl, token, timeoutMs, appName: 'acme' })({ path: '/apps/acme/config-vars' });

  it('reads with the token of the login', async () => {
    expect(await read()).toEqual({ A: '1' });
    expect(seen).toEqual(['GET /apps/acme/config-vars', 'Bearer HRKU-x']);
  });

  it.each([401, 403, 429, 500, 302])(
    'takes a status of %i for no answer: nobody is asked to log in, nothing is tried twice',
    async (status) => {
      answer = { status, body: { id: 'two_factor' } };
      await expect(read()).rejects.toThrow(UnansweredError);
      expect(seen).toHaveLength(2);
    },
  );

  it.each([
    [404, 'not_found'],
    [403, 'forbidden'],
  ])('takes a status of %i (%s) for an answer', async (status, id) => {
    answer = { status, body: { id } };
    const error: unknown = await read().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ message: expect.stringContaining('Heroku knows no app acme, or does not show it to you.') as unknown });
    expect(error).not.toBeInstanceOf(UnansweredError);
  });

  it('ends in time when Heroku hangs, and asks nothing without a login', async () => {
    answer = null;
    const from = Date.now();
    await expect(read('HRKU-x', 200)).rejects.toThrow(UnansweredError);
    expect(Date.now() - from).toBeLessThan(5_000);
    seen.length = 0;
    await expect(unseenReader({ apiUrl, token: undefined, timeoutMs: 200, appName: 'acme' })({ path: '/account' })).rejects.toThrow(
      UnansweredError,
    );
    expect(seen).toEqual([]);
  });
});
