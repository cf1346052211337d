import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { reachesOutside } from './reach-outside.js';

let server: Server;
let open = '';
let closed = '';
beforeAll(async () => {
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  open = `127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const gone = createServer().listen(0, '127.0.0.1');
  await once(gone, 'listening');
  closed = `127.0.0.1:${String((gone.address() as AddressInfo).port)}`;
  gone.close();
});
afterAll(() => void server.close());

it('one that answers is enough', async () => {
  expect(await reachesOutside([closed, 'no-such-name.invalid:443', open])).toBe(true);
});

it('it is cut off when none answers', async () => {
  expect(await reachesOutside([closed, 'no-such-name.invalid:443'])).toBe(false);
});

it('nothing is known when there is nobody to ask', async () => {
  expect(await reachesOutside([])).toBeNull();
});
