import { lookup as lookupName } from 'node:dns';
import { request as requestHttp } from 'node:http';
import { Secret } from '@dockhero/domain/secret';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CustomerEndpoint } from '../testing/customer-endpoint.js';
import { AddressRefused, CustomerPost } from './post-to-customer.js';
import { settle } from './settle-request.js';

vi.mock('node:dns', async (original) => ({ ...(await original<typeof import('node:dns')>()), lookup: vi.fn() }));

/** What the customer's name server says. */
function nameLeadsTo(...addresses: string[]): void {
  vi.mocked(lookupName).mockImplementation(((_name: string, _options: object, callback: (error: null, found: object[]) => void) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    )) as never);
}

let endpoint: CustomerEndpoint;
beforeEach(async () => (endpoint = await CustomerEndpoint.start()));
afterEach(() => endpoint.stop());

const refusal = async (url: string) => await new CustomerPost(false).post(new Secret(url), '{}', {}).catch((error: unknown) => error);

describe('CustomerPost', () => {
  it('sends what it is given, and tells status, patience and words of the answer', async () => {
    endpoint.answer = (response) => void response.writeHead(429, { 'retry-after': '7' }).end('slow down');
    const answer = await new CustomerPost(true).post(new Secret(endpoint.url), '{"ä":1}', { 'x-event-id': 'e1' });
    expect(answer).toEqual({ status: 429, retryAfterMs: 7_000, text: 'slow down' });
    expect(endpoint.posts).toMatchObject([
      { url: '/hook', body: '{"ä":1}', headers: { 'x-event-id': 'e1', 'content-type': 'application/json' } },
    ]);
  });

  it.each([
    'http://example.com/',
    'ftp://example.com/',
    'nonsense',
    'https://user:password@example.com/',
    'https://example.com:22/',
    'https://127.0.0.1/',
    'https://0x7f.1/',
    'https://2130706433/',
    'https://[::1]/',
    'https://[::ffff:169.254.169.254]/',
    'https://169.254.169.254/latest/meta-data/',
    'https://10.1.2.3:8443/',
  ])('never calls %s', async (url) => {
    nameLeadsTo('8.8.8.8');
    expect(await refusal(url)).toBeInstanceOf(AddressRefused);
  });

  it.each([['127.0.0.1'], ['10.0.0.1'], ['8.8.8.8', '10.0.0.1'], ['::ffff:127.0.0.1'], ['fe80::1']])(
    'never calls a name that leads to %s, which is checked as it connects',
    async (...addresses) => {
      nameLeadsTo(...addresses);
      expect(await refusal('https://rebind.example.com/')).toBeInstanceOf(AddressRefused);
    },
  );

  it('follows no redirect', async () => {
    endpoint.answer = (response) => void response.writeHead(307, { location: endpoint.url }).end();
    expect(await new CustomerPost(true).post(new Secret(endpoint.url), '{}', {})).toMatchObject({ status: 307 });
    expect(endpoint.posts).toHaveLength(1);
  });

  it.each([
    ['asks for another protocol', 'HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n'],
    ['closes the connection', ''],
  ])('has an end when the receiver %s instead of an answer', async (_, said) => {
    endpoint.answer = (response) => void response.socket?.end(said);
    await expect(new CustomerPost(true).post(new Secret(endpoint.url), '{}', {})).rejects.toThrow();
  });

  it('takes the status of an answer that breaks off', async () => {
    endpoint.answer = (response) => {
      response.writeHead(200, { 'content-length': 100 }).write('ok');
      setImmediate(() => response.destroy());
    };
    expect(await new CustomerPost(true).post(new Secret(endpoint.url), '{}', {})).toMatchObject({ status: 200, text: 'ok' });
  });

  it('takes the status of an answer that never ends, when its time is over', async () => {
    endpoint.answer = (response) => void response.writeHead(200).write('ok');
    const request = requestHttp(endpoint.url, { method: 'POST', agent: false });
    const answered = settle(request, 500);
    request.end('{}');
    expect(await answered).toMatchObject({ status: 200, text: 'ok' });
    expect(request.destroyed).toBe(true);
  });

  it('reads no more of an answer than it needs', async () => {
    endpoint.answer = (response) => {
      response.on('error', () => {});
      const more = (): void => void response.write('x'.repeat(60_000), () => setImmediate(more));
      more();
    };
    expect(await new CustomerPost(true).post(new Secret(endpoint.url), '{}', {})).toMatchObject({ status: 200 });
  });
});
