import type { Secret } from '@dockhero/domain/secret';
import { Redis } from 'ioredis';
import { vi } from 'vitest';

/** Ids whose bell was rung and waits in Redis, by BullMQ's own lists. Rings are not awaited by the API, hence the patience. */
export async function expectRung(redisUrl: Secret, resourceId: string): Promise<void> {
  await vi.waitFor(
    async () => {
      if (!(await rungResources(redisUrl)).includes(resourceId)) throw new Error(`nobody has rung for ${resourceId}`);
    },
    { timeout: 20_000, interval: 20 },
  );
}

export async function rungResources(redisUrl: Secret): Promise<string[]> {
  const redis = new Redis(redisUrl.reveal());
  try {
    const jobs = await redis.lrange('bull:resources:wait', 0, -1);
    const data = await Promise.all(jobs.map((job) => redis.hget(`bull:resources:${job}`, 'data')));
    return data.filter((text) => text !== null).map((text) => (JSON.parse(text) as { resourceId: string }).resourceId);
  } finally {
    redis.disconnect();
  }
}
