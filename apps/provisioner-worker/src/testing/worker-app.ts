import 'reflect-metadata';
import { backupScheduleQueue } from '@dockhero/contracts/backup-schedule-queue';
import { resourcesQueue } from '@dockhero/contracts/resources-queue';
import { volumesQueue } from '@dockhero/contracts/volumes-queue';
import type { Secret } from '@dockhero/domain/secret';
import { openWorkerRedis } from '@dockhero/queue/connection';
import type { CallGate } from '@dockhero/testing/fakes/call-gate';
import { BullModule } from '@nestjs/bullmq';
import { Test, type TestingModule } from '@nestjs/testing';
import { pino } from 'pino';
import type { Env } from '../env.js';
import { ReconcilerModule } from '../reconciler.module.js';
import { portsOf } from './worker.js';
import { subnetIds, type World } from './world.js';

/** The worker as it runs, with its queue and its sweeps, over a world of fakes. Close it with `close`. */
export async function startWorkerApp(
  world: World,
  gate: CallGate,
  redisUrl: Secret,
  settings: Partial<Env> = {},
): Promise<{ app: TestingModule; close: () => Promise<void> }> {
  const never = 3_600_000;
  const env = {
    DATABASE_URL: world.storage.url,
    DATABASE_POOL: 5,
    REDIS_URL: redisUrl,
    ENCRYPTION_KEYS: world.storage.keys,
    PUBLIC_URL: 'https://dockhero.test',
    HOST_API_URL: 'https://hosts.dockhero.test',
    EDGE_DOMAIN: 'dockhero.io',
    ENVIRONMENT: 'test',
    AGENT_BUNDLE: '/nowhere/host-agent.mjs',
    CONCURRENCY: 4,
    LEASE_MS: 30_000,
    BOOT_DEADLINE_MS: 60_000,
    CLOUD_LAG_MS: 100,
    GIVE_UP_MS: never,
    SWEEP_UNSETTLED_MS: never,
    SWEEP_ALL_MS: never,
    SWEEP_ATTENTION_MS: never,
    SNAPSHOT_CALLS_PER_SECOND: 100,
    ORPHAN_SWEEP_MS: never,
    ORPHAN_GRACE_MS: never,
    ...settings,
  } as Env;
  const redis = openWorkerRedis(redisUrl);
  const app = await Test.createTestingModule({
    imports: [
      BullModule.forRoot({ connection: redis }),
      BullModule.registerQueue({ name: resourcesQueue.name }, { name: volumesQueue.name }, { name: backupScheduleQueue.name }),
      ReconcilerModule.with(env, portsOf(world, gate), subnetIds, pino({ level: 'silent' })),
    ],
  }).compile();
  await app.init();
  return {
    app,
    close: async () => {
      await app.close();
      redis.disconnect();
    },
  };
}
