import { randomUUID } from 'node:crypto';
import type { HerokuContext, NewDelivery, Outbox } from '../context.js';
import type { Delivery, DeliveryKind } from '../state/records.js';
import { nextWaitMs } from './retry-schedule.js';

/** `again` asks for another attempt when the schedule allows one. */
export type Settled = 'done' | 'again';

/** Makes one attempt and acts on the answer. `stop` ends it at shutdown. */
type Settler = (heroku: HerokuContext, delivery: Delivery, stop: AbortSignal) => Promise<Settled>;

/** Delivers at least once: a request is stored before its first attempt and leaves the store when settled. */
export class DurableOutbox implements Outbox {
  #stop = new AbortController();
  #inFlight = new Map<string, Promise<void>>();
  #alarms = new Map<string, () => void>();

  constructor(
    private readonly heroku: () => HerokuContext,
    private readonly settlers: Record<DeliveryKind, Settler>,
    /** Told of a request whose time is over, settled or not. */
    private readonly giveUp: (heroku: HerokuContext, delivery: Delivery) => void,
  ) {}

  async deliver(wanted: NewDelivery): Promise<void> {
    const delivery = this.#add(wanted);
    await this.attempt(delivery);
  }

  post(wanted: NewDelivery): void {
    void this.attempt(this.#add(wanted));
  }

  cancel(matches: (delivery: Delivery) => boolean): void {
    for (const delivery of this.heroku().store.deliveries.values()) {
      if (!delivery.held && matches(delivery)) this.#remove(delivery);
    }
  }

  /** Takes up what an earlier process left: overdue attempts are made now. */
  resume(): void {
    for (const delivery of this.heroku().store.deliveries.values()) this.#schedule(delivery);
  }

  /** Sends what `holdProvisions` kept back. Returns after the attempts. */
  async releaseHeld(addonId?: string): Promise<number> {
    const held = [...this.heroku().store.deliveries.values()].filter((d) => d.held && (addonId === undefined || d.addonId === addonId));
    for (const delivery of held) {
      delivery.held = false;
      await this.attempt(delivery);
    }
    return held.length;
  }

  /** Drops everything, for a reset; attempts under way go on and find nothing to settle. */
  forgetAll(): void {
    for (const delivery of this.heroku().store.deliveries.values()) this.#remove(delivery);
  }

  /** One attempt now; a second call during an attempt waits for that one. Never rejects. */
  attempt(delivery: Delivery): Promise<void> {
    const running = this.#inFlight.get(delivery.id);
    if (running) return running;
    if (delivery.held || this.#stop.signal.aborted) return Promise.resolve();
    const attempt = this.#attempt(delivery).finally(() => this.#inFlight.delete(delivery.id));
    this.#inFlight.set(delivery.id, attempt);
    return attempt;
  }

  /** Ends attempts under way; they are repeated by the next process. */
  async close(): Promise<void> {
    this.#stop.abort(new Error('the local Heroku is shutting down'));
    for (const cancel of this.#alarms.values()) cancel();
    await Promise.allSettled(this.#inFlight.values());
  }

  async #attempt(delivery: Delivery): Promise<void> {
    const heroku = this.heroku();
    const { clock, log, store, switches } = heroku;
    this.#unschedule(delivery);
    delivery.attempts += 1;
    let settled: Settled = 'again';
    try {
      settled = await this.settlers[delivery.kind](heroku, delivery, this.#stop.signal);
    } catch (error) {
      log.error({ err: error, delivery: delivery.id, kind: delivery.kind }, 'an attempt broke');
    }
    if (this.#stop.signal.aborted) return heroku.save();
    if (store.deliveries.has(delivery.id)) {
      const waitMs =
        settled === 'again'
          ? nextWaitMs(delivery.kind, delivery.attempts, clock.now() - delivery.createdAt, switches.retryTimeFactor)
          : null;
      if (waitMs === null) {
        if (settled === 'again') {
          log.warn({ addonId: delivery.addonId, kind: delivery.kind, attempts: delivery.attempts }, 'gave up');
          this.giveUp(heroku, delivery);
        }
        this.#remove(delivery);
      } else {
        delivery.nextAttemptAt = clock.now() + waitMs;
        this.#schedule(delivery);
      }
    }
    heroku.save();
  }

  #add(wanted: NewDelivery): Delivery {
    const { clock, store } = this.heroku();
    const delivery: Delivery = {
      id: randomUUID(),
      kind: wanted.kind,
      addonId: wanted.addonId ?? null,
      webhookId: wanted.webhookId ?? null,
      body: wanted.body ?? null,
      attempts: 0,
      createdAt: clock.now(),
      nextAttemptAt: clock.now(),
      held: wanted.held ?? false,
    };
    store.deliveries.set(delivery.id, delivery);
    this.heroku().save();
    return delivery;
  }

  #schedule(delivery: Delivery): void {
    this.#unschedule(delivery);
    this.#alarms.set(
      delivery.id,
      this.heroku().clock.at(delivery.nextAttemptAt, () => this.attempt(delivery)),
    );
  }

  #unschedule(delivery: Delivery): void {
    this.#alarms.get(delivery.id)?.();
    this.#alarms.delete(delivery.id);
  }

  #remove(delivery: Delivery): void {
    this.#unschedule(delivery);
    this.heroku().store.deliveries.delete(delivery.id);
  }
}
