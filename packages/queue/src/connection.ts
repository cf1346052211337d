import type { Secret } from '@dockhero/domain/secret';
import { Redis } from 'ioredis';

/**
 * A connection for adding jobs: a command fails at once when Redis is away, instead of queueing up in memory.
 * Redis is only a bell; the sweep finds what a lost ring missed.
 */
export function openProducerRedis(url: Secret): Redis {
  return keepQuiet(
    new Redis(url.reveal(), {
      enableOfflineQueue: false,
      maxRetriesPerRequest: 1,
      connectTimeout: 3_000,
      commandTimeout: 3_000,
      retryStrategy,
    }),
  );
}

/** A connection for a worker: it waits for Redis for ever, as BullMQ demands. */
export function openWorkerRedis(url: Secret): Redis {
  return keepQuiet(new Redis(url.reveal(), { maxRetriesPerRequest: null, connectTimeout: 3_000, retryStrategy }));
}

/** Milliseconds until the next try: soon at first, never longer than two seconds, so that a short outage stays short. */
function retryStrategy(tries: number): number {
  return Math.min(tries * 100, 2_000);
}

/** Without a listener, ioredis prints every failed try and Node ends the process on an unhandled `error`. Readiness and rings report the outage. */
function keepQuiet(redis: Redis): Redis {
  return redis.on('error', () => {});
}
