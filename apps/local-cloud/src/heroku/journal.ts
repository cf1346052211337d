import { redact } from './redact.js';

/** Exchanges kept; the oldest are forgotten first. */
const entriesMax = 5_000;

/** One request between Heroku and the partner, in either direction, without its secrets. */
interface Exchange {
  readonly seq: number;
  /** ISO 8601, Heroku's time. */
  readonly at: string;
  readonly direction: 'to_partner' | 'from_partner';
  readonly method: string;
  /** Path with query, without host. */
  readonly path: string;
  readonly addonId: string | null;
  readonly request: unknown;
  /** Null when there was no answer. */
  readonly status: number | null;
  readonly response: unknown;
  readonly durationMs: number;
  /** Why there was no answer, or that it was thrown away by a switch. */
  readonly fault: string | null;
  /** Rules of the partner API that the partner broke here. */
  readonly complaints: readonly string[];
}

/** Remembers all exchanges with the partner, for assertions. In memory only. */
export class Journal {
  #entries: Exchange[] = [];
  #seq = 0;

  constructor(private readonly now: () => number) {}

  record(exchange: Omit<Exchange, 'seq' | 'at'>): void {
    this.#seq += 1;
    this.#entries.push({
      ...exchange,
      seq: this.#seq,
      at: new Date(this.now()).toISOString(),
      request: redact(exchange.request),
      response: redact(exchange.response),
    });
    if (this.#entries.length > entriesMax) this.#entries.shift();
  }

  /** Exchanges after `since`, oldest first. */
  list(filter: { since?: number | undefined; addonId?: string | undefined; direction?: string | undefined } = {}): Exchange[] {
    return this.#entries.filter(
      (entry) =>
        entry.seq > (filter.since ?? 0) &&
        (filter.addonId === undefined || entry.addonId === filter.addonId) &&
        (filter.direction === undefined || entry.direction === filter.direction),
    );
  }

  clear(): void {
    this.#entries = [];
  }
}
