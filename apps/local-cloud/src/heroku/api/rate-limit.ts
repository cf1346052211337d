import type { Clock } from '../clock.js';

const bucketMax = 4_500;
const refillPerMinute = 75;

interface Bucket {
  tokens: number;
  filledAt: number;
}

/** One bucket of 4,500 calls per key, refilled with 75 a minute. In memory: a restart fills all. */
export class RateLimit {
  #buckets = new Map<string, Bucket>();

  constructor(private readonly clock: Clock) {}

  /** Takes one call. @returns how many are left, or -1 when there was none. */
  take(key: string): number {
    const now = this.clock.now();
    const bucket = this.#buckets.get(key) ?? { tokens: bucketMax, filledAt: now };
    bucket.tokens = Math.min(bucketMax, bucket.tokens + ((now - bucket.filledAt) / 60_000) * refillPerMinute);
    bucket.filledAt = now;
    this.#buckets.set(key, bucket);
    if (bucket.tokens < 1) return -1;
    bucket.tokens -= 1;
    return Math.floor(bucket.tokens);
  }
}
