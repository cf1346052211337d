import { setTimeout as sleep } from 'node:timers/promises';
import type { LogInputs as StoredInputs, LogInputStore } from '@dockhero/database/log-input-store';
import type { Secret } from '@dockhero/domain/secret';
import type { Doorbell } from '@dockhero/queue/doorbell';
import type { Logger } from 'pino';
import type { DrainMetrics } from '../drain-metrics.js';

/** How often the URLs are read again: Heroku changes them seldom. */
const pollMs = 5_000;
/** The worker was asked for the present URL and has found the same: from then on it is asked again this seldom. */
const goneRetryMs = 5 * 60_000;

interface Known {
  inputs: StoredInputs | null;
  /** A URL that Heroku refuses: not tried again before `retryMs`, in case it was a mistake. */
  refused: { readonly url: string; readonly sinceMs: number; readonly retryMs: number } | null;
  /** Null while it is not known what is stored. */
  isGone: boolean | null;
  changed: (() => void)[];
}

/**
 * The log inputs of the resources that this process serves. They are secrets that Heroku may change: when one is refused, the worker is asked
 * to read them from Heroku again, and delivery waits for another. When there is none (Fir has no Logplex), it waits quietly.
 */
export class LogInputs {
  readonly #known = new Map<string, Known>();
  readonly #stopped = new AbortController();

  constructor(
    private readonly store: LogInputStore,
    private readonly doorbell: Pick<Doorbell, 'ring'>,
    private readonly metrics: DrainMetrics,
    private readonly logger: Logger,
  ) {}

  /** Where the resource's lines go; null while that is not known, or refused. */
  ownerOf(resourceId: string): Secret | null {
    const known = this.#known.get(resourceId);
    const owner = known?.inputs?.owner ?? null;
    const refused = known?.refused;
    return owner && refused?.url === owner.reveal() && Date.now() < refused.retryMs ? null : owner;
  }

  othersOf(resourceId: string): readonly Secret[] {
    return this.#known.get(resourceId)?.inputs?.others ?? [];
  }

  /** Heroku refused this URL. */
  async refuse(resourceId: string, url: Secret): Promise<void> {
    const known = this.#knownOf(resourceId);
    const now = Date.now();
    const before = known.refused?.url === url.reveal() ? known.refused : null;
    if (before && now < before.retryMs) return;
    known.refused = { url: url.reveal(), sinceMs: before?.sinceMs ?? now, retryMs: now + goneRetryMs };
    this.logger.warn({ resourceId }, 'Heroku refuses the log input; reading it again');
    await this.#askForAnother(resourceId);
  }

  /** The log input of another app was refused. */
  async refuseCopy(resourceId: string): Promise<void> {
    this.logger.warn({ resourceId }, 'Heroku refuses the log input of an attached app; reading it again');
    await this.#askForAnother(resourceId);
  }

  /** Heroku takes lines: whatever was refused is no longer. */
  accept(resourceId: string): void {
    const known = this.#known.get(resourceId);
    if (known) known.refused = null;
  }

  /** Resolves at the next change of the resource's inputs. */
  async changed(resourceId: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      this.#knownOf(resourceId).changed.push(resolve);
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });
  }

  /** Begins to look after resources. */
  async add(resourceIds: readonly string[]): Promise<void> {
    const added = [...new Set(resourceIds)].filter((resourceId) => !this.#known.has(resourceId));
    for (const resourceId of added) this.#knownOf(resourceId);
    await this.#read(added);
  }

  remove(resourceId: string): void {
    this.#known.delete(resourceId);
  }

  async run(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      await this.#read([...this.#known.keys()]);
      await sleep(pollMs, undefined, { signal }).catch(() => {});
    }
  }

  stop(): void {
    this.#stopped.abort();
  }

  async #askForAnother(resourceId: string): Promise<void> {
    try {
      await this.store.refused(resourceId);
      this.doorbell.ring('provision', resourceId, { wake: true });
    } catch (error) {
      this.logger.warn({ error, resourceId }, 'the worker could not be asked for the log input; the sweep will');
    }
  }

  #knownOf(resourceId: string): Known {
    const known = this.#known.get(resourceId) ?? { inputs: null, refused: null, isGone: null, changed: [] };
    this.#known.set(resourceId, known);
    return known;
  }

  async #read(resourceIds: readonly string[]): Promise<void> {
    if (resourceIds.length === 0) return;
    try {
      const urls = await this.store.urls(resourceIds);
      await Promise.all(resourceIds.map((resourceId) => this.#take(resourceId, urls.get(resourceId) ?? null)));
    } catch (error) {
      this.logger.warn({ error }, 'log inputs could not be read; the known ones serve');
    }
    this.metrics.refused.set([...this.#known.values()].filter(({ isGone }) => isGone).length);
  }

  async #take(resourceId: string, inputs: StoredInputs | null): Promise<void> {
    const known = this.#known.get(resourceId);
    if (!known) return;
    const before = known.inputs?.owner?.reveal();
    known.inputs = inputs;
    const owner = inputs?.owner?.reveal();
    if (known.refused && owner !== known.refused.url) known.refused = null;
    const isGone = owner === undefined || (known.refused !== null && wasReadSince(inputs, known.refused.sinceMs));
    if (owner !== before || this.ownerOf(resourceId) !== null) for (const call of known.changed.splice(0)) call();
    if (isGone === known.isGone) return;
    try {
      await this.store.gone(resourceId, isGone);
      known.isGone = isGone;
    } catch (error) {
      this.logger.warn({ error, resourceId }, 'could not be noted whether there is a log input; next time');
    }
  }
}

/** Clocks of database and process may differ by a little: the worker reads after it was rung, seconds later. */
function wasReadSince(inputs: StoredInputs | null, sinceMs: number): boolean {
  return inputs?.readAt !== null && inputs?.readAt !== undefined && inputs.readAt.getTime() > sinceMs;
}
