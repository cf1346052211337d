import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resourcesQueue } from '@dockhero/contracts/resources-queue';
import { resourceStatus } from '@dockhero/domain/resource';
import { Secret } from '@dockhero/domain/secret';
import { openProducerRedis } from '@dockhero/queue/connection';
import { Doorbell } from '@dockhero/queue/doorbell';
import { CallGate } from '@dockhero/testing/fakes/call-gate';
import { testRedisUrl } from '@dockhero/testing/test-services';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openStorage, World, type TestStorage } from '../testing/world.js';
import { startWorkerApp } from '../testing/worker-app.js';
import { Sweep } from './sweep.js';

let storage: TestStorage;
let world: World;
let gate: CallGate;
let redis: Redis;
let queue: Queue;
let doorbell: Doorbell;
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  storage = await openStorage();
  redis = openProducerRedis(testRedisUrl(1));
  await vi.waitFor(() => redis.ping());
  queue = new Queue(resourcesQueue.name, { connection: redis });
  doorbell = new Doorbell(redis, pino({ level: 'silent' }));
});
afterAll(async () => {
  await doorbell.close();
  await queue.close();
  redis.disconnect();
  await storage.drop();
});
beforeEach(async () => {
  await redis.flushdb();
  world = new World(storage, { runMs: 100, stopMs: 50, endMs: 100 });
  world.hosts.bootMs = 100;
  vi.useRealTimers(); // the queue lives by real time
  gate = new CallGate();
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function start(url = testRedisUrl(1), settings: Parameters<typeof startWorkerApp>[3] = {}) {
  const { app, close } = await startWorkerApp(world, gate, url, settings);
  closing.push(close);
  return app;
}

async function waitForStatus(id: string, status: string): Promise<void> {
  await vi.waitFor(
    async () => {
      const { resource, facts } = await world.facts(id);
      expect(resourceStatus(resource, facts)).toBe(status);
    },
    { timeout: 20_000, interval: 50 },
  );
}

describe('the provisioner worker on its queue', () => {
  it('provisions what was rung for, with a second worker beside it, and removes it again', async () => {
    await start();
    await start();
    const id = await world.sell();
    for (let rings = 0; rings < 5; rings += 1) doorbell.ring('provision', id, { wake: true });
    await waitForStatus(id, 'provisioned');
    expect(world.cloud.leftovers(id)).toHaveLength(3);
    expect(world.heroku.addons.get(id)?.provisionCalls).toBe(1);
    await world.resources.remove(id);
    doorbell.ring('deprovision', id, { wake: true });
    await waitForStatus(id, 'removed');
    expect(world.cloud.leftovers(id)).toEqual([]);
    await vi.waitFor(async () => expect(await queue.getJobCountByTypes('active', 'delayed', 'waiting', 'failed')).toBe(0), {
      timeout: 20_000,
    });
  });

  it('makes one more pass for rings that came during a pass', async () => {
    await start();
    const goOn = gate.hold('groups.ensure');
    const id = await world.sell();
    doorbell.ring('provision', id, { wake: true });
    await vi.waitFor(() => expect(gate.count('groups.ensure')).toBe(1), { timeout: 20_000 });
    await world.resources.remove(id);
    for (let rings = 0; rings < 3; rings += 1) doorbell.ring('deprovision', id, { wake: true });
    goOn();
    await waitForStatus(id, 'removed');
    expect(gate.count('instances.launch')).toBe(0);
  });

  it('finds by its sweep what a flushed Redis has forgotten', async () => {
    const app = await start();
    const id = await world.sell();
    doorbell.ring('provision', id, { wake: true });
    await vi.waitFor(() => expect(gate.count('instances.launch')).toBe(1), { timeout: 20_000 });
    await redis.flushdb();
    await app.get(Sweep).run('unsettled');
    await waitForStatus(id, 'provisioned');
    expect(world.cloud.leftovers(id)).toHaveLength(3);
  });

  it('keeps a job that no retry helps in the failed set, and starts over at the next ring', async () => {
    gate.refuse('groups.ensure', 'aws_rejected');
    await start();
    const id = await world.sell();
    doorbell.ring('provision', id, { wake: true });
    await waitForStatus(id, 'needs-attention');
    await vi.waitFor(async () => expect(await queue.getFailedCount()).toBe(1));
    doorbell.ring('provision', id, { wake: false });
    await waitForStatus(id, 'provisioned');
  });

  it('puts nothing into Redis but ids', async () => {
    await start();
    const goOn = gate.hold('groups.ensure');
    const id = await world.sell();
    doorbell.ring('provision', id, { wake: true });
    await vi.waitFor(() => expect(gate.count('groups.ensure')).toBe(1), { timeout: 20_000 });
    const jobs = await queue.getJobs();
    expect(jobs.map(({ data }) => data as unknown)).toEqual([{ resourceId: id }]);
    goOn();
    await waitForStatus(id, 'provisioned');
  });
});

describe('a worker that is asked to end', () => {
  it('ends the pass under way before it closes, and begins no other', async () => {
    const { app, close } = await startWorkerApp(world, gate, testRedisUrl(1));
    void app;
    const [first, second] = [await world.sell(), await world.sell()];
    const goOn = gate.hold('groups.ensure');
    doorbell.ring('provision', first, { wake: true });
    await vi.waitFor(() => expect(gate.count('groups.ensure')).toBe(1), { timeout: 20_000 });
    let isClosed = false;
    const closed = close().then(() => (isClosed = true));
    doorbell.ring('provision', second, { wake: true });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(isClosed).toBe(false);
    goOn();
    await closed;
    // The pass went on to the first thing it had to wait for, with its database open, and its lease was given back.
    expect((await world.facts(first)).facts).toMatchObject({ step: 'launch hosts', failures: 0 });
    expect(await storage.database.lease.count({ where: { resourceId: first } })).toBe(0);
    expect((await world.facts(second)).facts).toBeNull();
    const calls = gate.calls.length;
    await start();
    await waitForStatus(first, 'provisioned');
    await waitForStatus(second, 'provisioned');
    expect(gate.calls.length).toBeGreaterThan(calls);
  });
});

interface OwnRedis {
  readonly url: string;
  stop(): Promise<void>;
  start(): Promise<void>;
}

describe('a Redis that is away for a while', () => {
  it('delays provisions and loses none', async () => {
    const module = new URL('../../../../scripts/services/redis.mjs', import.meta.url).href;
    const { startRedis } = (await import(module)) as { startRedis: (options: object) => Promise<OwnRedis> };
    const dataDir = mkdtempSync(join(tmpdir(), 'dockhero-redis-'));
    const own = await startRedis({ dataDir, durable: false });
    closing.push(async () => {
      await own.stop();
      rmSync(dataDir, { recursive: true });
    });
    const { close } = await startWorkerApp(world, gate, new Secret(own.url), { SWEEP_UNSETTLED_MS: 200 });
    closing.unshift(close);
    const producer = openProducerRedis(new Secret(own.url));
    const bell = new Doorbell(producer, pino({ level: 'silent' }));
    closing.unshift(async () => {
      await bell.close();
      producer.disconnect();
    });
    const before = await world.sell();
    await vi.waitFor(() => producer.ping());
    bell.ring('provision', before, { wake: true });
    await vi.waitFor(() => expect(gate.count('instances.launch')).toBe(1), { timeout: 20_000 });
    await own.stop();
    const meanwhile = await world.sell();
    bell.ring('provision', meanwhile, { wake: true });
    await new Promise((resolve) => setTimeout(resolve, 500));
    await own.start();
    await waitForStatus(before, 'provisioned');
    await waitForStatus(meanwhile, 'provisioned');
    expect([before, meanwhile].map((id) => world.cloud.leftovers(id).length)).toEqual([3, 3]);
  });
});
