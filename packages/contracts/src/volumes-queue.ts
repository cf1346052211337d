import { z } from 'zod';

/** The queue of the volumes' own reconcile: one pass over the volume. An id only. */
export const volumesQueue = {
  name: 'volumes',
  payload: z.object({ volumeId: z.uuid() }),
  policy: {
    attempts: 8,
    /** Milliseconds. A container may be waiting for the disk. */
    backoff: { type: 'exponential', delay: 1_000, jitter: 0.5 },
    removeOnComplete: true,
    /** Seconds. */
    removeOnFail: { age: 14 * 86_400 },
  },
} as const;
