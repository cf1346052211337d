import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrateDeploy } from '@dockhero/database/migrate';
import { resourcesToSweep } from '@dockhero/database/unsettled';
import { Secret } from '@dockhero/domain/secret';
import { createTestDatabase, type TestDatabase } from '@dockhero/testing/test-services';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startRedis, type RedisService } from '../../../../scripts/services/redis.mjs';
import { ApiUnderTest } from '../testing/api-under-test.js';
import { expectRung, rungResources } from '../testing/rung-resources.js';

const folder = mkdtempSync(join(tmpdir(), 'dockhero-redis-away-'));
let database: TestDatabase;
let redis: RedisService;
let api: ApiUnderTest;

// The API starts while Redis is away: a state that an early version never recovered from.
beforeAll(async () => {
  database = await createTestDatabase(migrateDeploy);
  redis = await startRedis({ dataDir: folder, durable: false });
  await redis.stop();
  api = await ApiUnderTest.startOn(database.url, new Secret(redis.url));
  await api.call('GET', '/ready');
});
afterAll(async () => {
  await api.stop();
  await redis.stop();
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

/** Provisions, changes and removes; no answer may wait for Redis, whose shortest timeout is three seconds. A busy machine may make it wait. */
async function expectService(): Promise<string> {
  const id = await api.provision(); // the first call pays for connections and compilation
  const timed = async (work: () => Promise<unknown>) => {
    const from = performance.now();
    await work();
    expect(performance.now() - from).toBeLessThan(2_000);
  };
  for (let times = 0; times < 5; times += 1) await timed(() => api.provision());
  await timed(async () => expect((await api.heroku('PUT', `/${id}`, { plan: 'standard' })).status).toBe(200));
  const removed = await api.provision();
  await timed(async () => expect((await api.heroku('DELETE', `/${removed}`)).status).toBe(204));
  expect((await api.call('GET', '/ready')).status).toBe(200);
  return id;
}

/**
 * Provisions until one of the rings is in Redis. Any of them: a ring is gathered for some milliseconds before it is sent, so that
 * a look straight after its request may always come too early.
 */
async function expectRingsAgain(): Promise<void> {
  const provisioned = new Set<string>();
  await expect
    .poll(
      async () => {
        provisioned.add(await api.provision());
        return (await rungResources(new Secret(redis.url))).some((id) => provisioned.has(id));
      },
      { timeout: 20_000, interval: 100 },
    )
    .toBe(true);
}

it('without Redis every request is taken at once; the row is there for the sweep, and the log says that a ring was lost', async () => {
  const id = await expectService();
  expect(await api.database.resource.findUnique({ where: { id } })).toMatchObject({ plan: 'standard', desired: 'provisioned' });
  expect(await resourcesToSweep(api.database, 'unsettled')).toContain(id);
  expect(api.logs().includes('rings lost')).toBe(true);
});

it('when Redis comes, rings arrive; what was rung for meanwhile is left to the sweep', async () => {
  const lost = await api.provision();
  await redis.start();
  await expectRingsAgain();
  expect(await rungResources(new Secret(redis.url))).not.toContain(lost);
});

it('when Redis goes and comes again, rings arrive again', async () => {
  await redis.stop();
  await expectService();
  await redis.start();
  await expectRingsAgain();
  await expectRung(new Secret(redis.url), await api.provision());
});

it('a Redis that takes connections and never answers delays nobody', async () => {
  const port = Number(new URL(redis.url).port);
  await redis.stop();
  const sockets = new Set<Socket>();
  const silent = await new Promise<Server>((resolve) => {
    const server = createServer((socket) => sockets.add(socket.on('error', () => {}))).listen(port, '127.0.0.1', () => resolve(server));
  });
  await expect.poll(() => sockets.size, { timeout: 20_000, interval: 50 }).toBeGreaterThan(0);
  await expectService();
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => silent.close(resolve));
});
