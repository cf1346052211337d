import { setTimeout as sleep } from 'node:timers/promises';
import type { AlertOutbox, Delivery } from '@dockhero/database/alert-outbox';
import type { Logger } from 'pino';
import type { MonitorMetrics } from '../monitor-metrics.js';
import { nextAttempt, type Outcome } from './sent-or-not.js';

const pollMs = 500;
/** At once, of one process. */
const claimMax = 16;
/** Longer than any attempt: nobody else sends meanwhile. */
const claimMs = 120_000;

/** Sends one message by one channel. Bounded in time; never rejects but for our own database. */
export type Send = (delivery: Delivery) => Promise<Outcome>;

/**
 * Empties the outbox: claims what is due, sends it and says so. At least once: a process that dies between the two leaves the message to the
 * next, which sends it again under the same id.
 */
export class DeliverMessages {
  readonly #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(
    private readonly outbox: Pick<AlertOutbox, 'claim' | 'sent' | 'failed' | 'postpone'>,
    private readonly send: Readonly<Record<Delivery['channel'], Send>>,
    private readonly outside: { readonly now: () => Date; readonly metrics: MonitorMetrics; readonly logger: Logger },
  ) {}

  start(): void {
    this.#running = this.#run();
  }

  /** Claims no more, and resolves when what is under way is over. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  /** One round. @returns how many were due. @throws AppError `storage_unavailable`. */
  async deliverDue(): Promise<number> {
    const due = await this.outbox.claim(claimMax, claimMs);
    await Promise.all(due.map((delivery) => this.#deliver(delivery)));
    return due.length;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const count = await this.deliverDue().catch((error: unknown) => {
        this.outside.logger.warn({ error }, 'the outbox could not be emptied');
        return 0;
      });
      if (count < claimMax) await sleep(pollMs, undefined, { signal }).catch(() => {});
    }
  }

  async #deliver(delivery: Delivery): Promise<void> {
    const { id, channel, resourceId, attempts } = delivery;
    const { now, metrics, logger } = this.outside;
    const outcome = await this.send[channel](delivery).catch((error: unknown): Outcome => ({ kind: 'later', error: String(error) }));
    if (outcome.kind === 'sent') {
      metrics.deliveries.inc({ channel, outcome: 'sent' });
      return await this.outbox.sent(id);
    }
    if (outcome.kind === 'later' && outcome.at) {
      metrics.deliveries.inc({ channel, outcome: 'later' });
      return await this.outbox.postpone(id, outcome.error, outcome.at);
    }
    const again = outcome.kind === 'later' ? nextAttempt(now(), attempts, outcome.afterMs) : null;
    metrics.deliveries.inc({ channel, outcome: again ? 'later' : 'gave_up' });
    logger.warn({ resourceId, deliveryId: id, channel, attempts, why: outcome.error, again }, 'a message was not delivered');
    await this.outbox.failed(id, outcome.error, again);
  }
}
