import type { Secret } from '@dockhero/domain/secret';
import { Redis } from 'ioredis';
import { vi } from 'vitest';

/** Waits until the volume's bell was rung and waits in Redis, and takes the ring away. Rings are not awaited by the API, hence the patience. */
export async function takeVolumeRing(redisUrl: Secret, volumeId: string): Promise<void> {
  const redis = new Redis(redisUrl.reveal());
  try {
    await vi.waitFor(
      async () => {
        if ((await redis.del(`bull:volumes:de:${volumeId}`)) === 0) throw new Error(`nobody has rung for ${volumeId}`);
      },
      { timeout: 20_000, interval: 20 },
    );
  } finally {
    redis.disconnect();
  }
}
