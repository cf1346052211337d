import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Secret } from '@dockhero/domain/secret';
import type { DrainMetrics } from '../drain-metrics.js';
import type { LogplexClient } from './post-batch.js';
import { frameStarts } from './split-frames.js';

const firstWaitMs = 200;
/** Small enough that we are back within seconds of Logplex; large enough for a thousand lanes that wait for it. */
const longestWaitMs = 2_000;

export interface Delivery {
  /** False when the URL is refused: nothing of the batch may be taken for delivered. */
  readonly isDelivered: boolean;
  /** Lines that Logplex takes in no company: left out. */
  readonly lost: number;
}

interface Parcel {
  readonly body: Buffer;
  readonly count: number;
}

/**
 * Delivers a batch to one log input: tried again until Logplex takes it, says that there is no such input, or `signal` ends it. A batch that is
 * refused as malformed is halved until the line that is to blame stands alone, so that one bad line costs one line.
 */
export async function deliverBatch(
  logplex: LogplexClient,
  url: Secret,
  batch: Parcel,
  metrics: DrainMetrics,
  signal: AbortSignal,
): Promise<Delivery> {
  const parcels: Parcel[] = [{ body: batch.body, count: batch.count }];
  let lost = 0;
  for (let parcel = parcels.shift(); parcel; parcel = parcels.shift()) {
    const result = await untilAnswered(logplex, url, parcel, metrics, signal);
    if (result === 'refused') return { isDelivered: false, lost };
    if (result === 'taken') continue;
    if (parcel.count <= 1) lost += 1;
    else parcels.unshift(...halves(parcel));
  }
  return { isDelivered: true, lost };
}

async function untilAnswered(
  logplex: LogplexClient,
  url: Secret,
  { body, count }: Parcel,
  metrics: DrainMetrics,
  signal: AbortSignal,
): Promise<'taken' | 'malformed' | 'refused'> {
  const frameId = randomUUID();
  for (let attempt = 0; ; attempt += 1) {
    signal.throwIfAborted();
    const result = await logplex.post(url, body, count, frameId, signal);
    if (result.kind !== 'later') return result.kind;
    metrics.retries.inc({ why: result.why });
    const backoffMs = Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(attempt, 10));
    // Jitter: those who failed together must not come back together.
    await sleep(Math.max(result.afterMs, backoffMs * (0.5 + Math.random() / 2)), undefined, { signal });
  }
}

function halves({ body, count }: Parcel): [Parcel, Parcel] {
  const half = Math.floor(count / 2);
  const middle = frameStarts(body)[half] ?? 0;
  return [
    { body: body.subarray(0, middle), count: half },
    { body: body.subarray(middle), count: count - half },
  ];
}
