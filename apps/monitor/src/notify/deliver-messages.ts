import { setTimeout as sleep } from 'node:timers/promises';
import { alertChannels, type AlertOutbox, type Delivery } from '@dockhero/database/alert-outbox';
import type { Logger } from 'pino';
import type { MonitorMetrics } from '../monitor-metrics.js';
import { nextAttempt, type Outcome } from './sent-or-not.js';

const pollMs = 500;
/** Begun together, and of one channel about as many under way: a channel that hangs leaves the others theirs. */
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
  readonly #underWay = new Map<Promise<void>, Delivery['channel']>();

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
    await Promise.all(this.#underWay.keys());
  }

  /** Begins what is due, of channels that are not full. @returns how many. @throws AppError `storage_unavailable`. */
  async deliverDue(): Promise<number> {
    const channels = this.#freeChannels();
    const due = channels.length === 0 ? [] : await this.outbox.claim(claimMax, claimMs, channels);
    for (const delivery of due) {
      const delivering: Promise<void> = this.#deliver(delivery)
        .catch((error: unknown) =>
          this.outside.logger.warn({ error, deliveryId: delivery.id }, 'what became of a message could not be stored'),
        )
        .finally(() => this.#underWay.delete(delivering));
      this.#underWay.set(delivering, delivery.channel);
    }
    return due.length;
  }

  #freeChannels(): Delivery['channel'][] {
    const underWay = [...this.#underWay.values()];
    return alertChannels.filter((channel) => underWay.filter((other) => other === channel).length < claimMax);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const count = await this.deliverDue().catch((error: unknown) => {
        this.outside.logger.warn({ error }, 'the outbox could not be emptied');
        return 0;
      });
      // One that ends may make room in a full channel.
      const room = this.#freeChannels().length < alertChannels.length ? [...this.#underWay.keys()] : [];
      if (count < claimMax) await Promise.race([sleep(pollMs, undefined, { signal }).catch(() => {}), ...room]);
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
