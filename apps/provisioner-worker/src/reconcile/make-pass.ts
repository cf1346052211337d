import { AppError } from '@dockhero/domain/errors';
import { DelayedError, UnrecoverableError, type Job } from 'bullmq';
import type { Logger } from 'pino';
import type { Counter, Histogram } from 'prom-client';
import type { StepResult } from './step.js';

export interface PassMetrics {
  readonly passes: Counter<'outcome'>;
  readonly seconds: Histogram;
}

/**
 * One ring is one pass. Waiting delays the job and spends no attempt; failing is left to the queue's back-off.
 * @param context for the log. @throws DelayedError while it waits, UnrecoverableError for what no repetition mends.
 */
export async function makePass(
  job: Job,
  token: string | undefined,
  pass: () => Promise<StepResult>,
  { passes, seconds }: PassMetrics,
  logger: Logger,
  context: object,
): Promise<void> {
  const stopTimer = seconds.startTimer();
  try {
    const result = await pass();
    passes.inc({ outcome: result.done ? 'done' : 'waiting' });
    if (result.done) {
      logger.info(context, 'settled');
      return;
    }
    logger.debug({ ...context, waitingFor: result.waitingFor }, 'waiting');
    await job.moveToDelayed(Date.now() + result.retryAfterMs, token);
  } catch (error) {
    passes.inc({ outcome: 'failed' });
    logger.warn({ ...context, error }, 'pass failed');
    if (error instanceof AppError && error.retry === 'never') throw new UnrecoverableError(error.code);
    throw error;
  } finally {
    stopTimer();
  }
  throw new DelayedError();
}
