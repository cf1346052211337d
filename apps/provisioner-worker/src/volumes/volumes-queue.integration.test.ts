import { backupScheduleQueue } from '@dockhero/contracts/backup-schedule-queue';
import { volumesQueue } from '@dockhero/contracts/volumes-queue';
import { openProducerRedis } from '@dockhero/queue/connection';
import { VolumeDoorbell } from '@dockhero/queue/volume-doorbell';
import { CallGate } from '@dockhero/testing/fakes/call-gate';
import { testRedisUrl } from '@dockhero/testing/test-services';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { VolumeOwner } from '../testing/volume-owner.js';
import { startWorkerApp } from '../testing/worker-app.js';
import { openStorage, World, type TestStorage } from '../testing/world.js';

const redisIndex = 11;
let storage: TestStorage;
let world: World;
let owner: VolumeOwner;
let redis: Redis;
let queues: Queue[];
let doorbell: VolumeDoorbell;
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  storage = await openStorage();
  redis = openProducerRedis(testRedisUrl(redisIndex));
  await vi.waitFor(() => redis.ping());
  queues = [volumesQueue.name, backupScheduleQueue.name].map((name) => new Queue(name, { connection: redis }));
  doorbell = new VolumeDoorbell(redis, pino({ level: 'silent' }));
});
afterAll(async () => {
  await doorbell.close();
  for (const queue of queues) await queue.close();
  redis.disconnect();
  await storage.drop();
});
beforeEach(async () => {
  await redis.flushdb();
  world = new World(storage, {}, { createMs: 50, attachMs: 50, detachMs: 50, snapshotMs: 100 });
  owner = await VolumeOwner.with(world);
  vi.useRealTimers(); // the queue lives by real time
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function start(settings: Parameters<typeof startWorkerApp>[3] = {}): Promise<void> {
  const { close } = await startWorkerApp(world, new CallGate(), testRedisUrl(redisIndex), settings);
  closing.push(close);
}

const soon = { timeout: 20_000, interval: 50 };

describe('the worker on the queue of volumes', () => {
  it('attaches a volume that was rung for, backs it up and removes it, with a second worker beside it', async () => {
    await start();
    await start();
    const volume = await owner.create();
    await owner.want(volume, 0);
    for (let rings = 0; rings < 5; rings += 1) doorbell.ring(volume.id, { wake: true });
    await vi.waitFor(async () => expect(await owner.mount(volume, 0)).toBe(true), soon);
    await owner.backUp('data');
    doorbell.ring(volume.id, { wake: true });
    await vi.waitFor(async () => expect((await owner.backups(volume.id)).map(({ state }) => state)).toEqual(['completed']), soon);
    world.mounts.stopContainers(volume.id);
    await owner.letGo(volume, 0);
    doorbell.ring(volume.id, { wake: true });
    await vi.waitFor(async () => expect((await owner.facts(volume.id)).state).toBe('available'), soon);
    await owner.remove('data');
    doorbell.ring(volume.id, { wake: true });
    await vi.waitFor(async () => expect((await owner.facts(volume.id)).state).toBe('deleted'), soon);
    expect(world.ebs.alive()).toEqual([]);
    expect([...world.ebs.violations, ...world.mounts.violations]).toEqual([]);
  });

  it('attaches a volume whose ring was lost, by its sweep', async () => {
    const volume = await owner.create();
    await owner.want(volume, 0);
    await start({ SWEEP_UNSETTLED_MS: 100 });
    await vi.waitFor(async () => expect((await owner.facts(volume.id)).state).toBe('attached'), soon);
  });

  it('keeps one beat of the daily backups however many workers there are', async () => {
    await start();
    await start();
    const [, beat] = queues;
    await vi.waitFor(async () => expect(await beat?.getJobSchedulersCount()).toBe(1), soon);
    expect(await beat?.getJobScheduler(backupScheduleQueue.job)).toMatchObject({ every: backupScheduleQueue.everyMs });
  });

  it('asks for a daily backup that is due at the first beat, and takes it', async () => {
    const volume = await owner.create();
    await owner.want(volume, 0);
    doorbell.ring(volume.id, { wake: true });
    await start();
    await vi.waitFor(async () => expect(await owner.mount(volume, 0)).toBe(true), soon);
    // As if it had been there for two days: the last due time is behind it then.
    await storage.database.volume.update({ where: { id: volume.id }, data: { createdAt: new Date(Date.now() - 2 * 86_400_000) } });
    await queues[1]?.add(backupScheduleQueue.job, {}, backupScheduleQueue.policy);
    await vi.waitFor(
      async () => expect((await owner.backups(volume.id)).map(({ kind, state }) => `${kind} ${state}`)).toEqual(['daily completed']),
      soon,
    );
  });
});
