import type { Logger } from 'pino';
import type { Clock } from './clock.js';
import type { Journal } from './journal.js';
import type { LogRings } from './logplex/log-rings.js';
import type { Manifest } from './manifest.js';
import type { Delivery, DeliveryKind } from './state/records.js';
import type { Store } from './state/store.js';
import type { Switches } from './switches.js';

/** How Heroku reaches our service and recognises it. */
export interface Partner {
  /** Ends in `/heroku/resources`. */
  readonly baseUrl: string;
  readonly ssoUrl: string;
  readonly slug: string;
  readonly password: string;
  readonly ssoSalt: string;
  /** All are accepted at /oauth/token; two while a secret is being replaced. */
  readonly clientSecrets: readonly string[];
}

/** What is to be sent, before it has an id. */
export interface NewDelivery {
  readonly kind: DeliveryKind;
  readonly addonId?: string;
  readonly webhookId?: string;
  readonly body?: string;
  readonly held?: boolean;
}

/** Requests that go out at least once. */
export interface Outbox {
  /** Stores the request and makes the first attempt. Returns after it, whatever came of it. */
  deliver(delivery: NewDelivery): Promise<void>;
  /** Stores the request and makes the first attempt in the background. */
  post(delivery: NewDelivery): void;
  /** Ends the repetitions; an attempt under way goes on. Held requests stay. */
  cancel(matches: (delivery: Delivery) => boolean): void;
}

/** Everything an operation may touch. */
export interface HerokuContext {
  readonly partner: Partner;
  /** Replaced by the control route that resets the client secret. */
  clientSecrets: readonly string[];
  readonly manifest: Manifest;
  readonly store: Store;
  readonly clock: Clock;
  /** Replaced as a whole by the control routes. */
  switches: Switches;
  readonly journal: Journal;
  readonly outbox: Outbox;
  readonly logs: LogRings;
  readonly log: Logger;
  /** `http://127.0.0.1:<port>`, known once the server listens. */
  url: string;
  /** Asks for the state to be written. Every entrance (request, alarm, attempt) calls it at its end. */
  save(): void;
}
