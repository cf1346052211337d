import { Secret } from '@dockhero/domain/secret';
import { testRedisUrl } from '@dockhero/testing/test-services';
import { Redis } from 'ioredis';
import pino from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SeldomDoorbell } from './seldom-doorbell.js';

let redis: Redis;
let warnings: string[];
beforeEach(async () => {
  redis = new Redis(testRedisUrl(9).reveal());
  await redis.flushdb();
  warnings = [];
});
afterEach(() => redis.disconnect());

const open = (url: Secret) => {
  const line = { write: (text: string) => void warnings.push((JSON.parse(text) as { msg: string }).msg) };
  return new SeldomDoorbell(url, pino({ level: 'warn' }, line));
};
const waiting = async () => await redis.llen('bull:resources:wait');

it('rings the worker, the first time too, and one pass for each resource', async () => {
  const doorbell = open(testRedisUrl(9));
  for (const id of ['resource-1', 'resource-2', 'resource-1']) doorbell.ring('provision', id, { wake: true });
  await doorbell.close();
  expect([await waiting(), warnings]).toEqual([2, []]);
});

it('loses the ring, says so and closes when Redis is away', async () => {
  const doorbell = open(new Secret('redis://127.0.0.1:1/0'));
  doorbell.ring('provision', 'resource-1', { wake: true });
  await doorbell.close();
  expect(warnings).toEqual(['rings lost; the sweep will find them']);
});
