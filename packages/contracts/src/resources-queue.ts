import { z } from 'zod';

/** Why the bell was rung. Every job does the same: one pass over the resource. The name is for people who read the queue. */
export const resourceJobs = ['provision', 'change-plan', 'deprovision', 'rotate-config-url'] as const;
export type ResourceJob = (typeof resourceJobs)[number];

/** The one queue between the API and the provisioner. An id only: no secrets, no facts that can go stale. */
export const resourcesQueue = {
  name: 'resources',
  payload: z.object({ resourceId: z.uuid() }),
  policy: {
    attempts: 8,
    /** Milliseconds; jitter spreads those who failed together. */
    backoff: { type: 'exponential', delay: 2_000, jitter: 0.5 },
    removeOnComplete: true,
    /** Seconds. The failed set is our dead-letter queue. */
    removeOnFail: { age: 14 * 86_400 },
  },
} as const;
