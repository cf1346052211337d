import type { Secret } from '@dockhero/domain/secret';
import type { Logger } from 'pino';
import type { DrainMetrics } from '../drain-metrics.js';
import { timeOf } from '../follow/log-time.js';
import type { CopyBudget } from './copy-budget.js';
import { deliverBatch } from './deliver-batch.js';
import type { LogplexClient } from './post-batch.js';
import { syslogHeader } from './syslog-header.js';

/** A batch is tried for this long; then the next one has its turn. */
const patienceDefaultMs = 120_000;
/** An address that was refused may have been refused by mistake: tried again after this. */
const refusedMs = 5 * 60_000;
const ownHeader = syslogHeader('dockhero').toString();

/** A batch's bytes, shared by all the apps that get a copy of it. */
export interface Copy {
  readonly body: Buffer;
  readonly count: number;
}

export interface CopyServices {
  readonly copyBudget: CopyBudget;
  readonly logplex: LogplexClient;
  readonly metrics: DrainMetrics;
  readonly logger: Logger;
}

/**
 * Brings copies of a log to one attached app, in order, beside the owner's delivery and never in its way: they wait here while the app's log input
 * takes none. When they are too many, or one was tried for too long, the oldest goes, and the next that arrives tells the app how many lines are missing.
 */
export class CopyLane {
  readonly #waiting: Copy[] = [];
  readonly #stopping = new AbortController();
  #bytesHeld = 0;
  /** Lines that were dropped since the app was told of any. */
  #untold = 0;
  #refusedUntilMs = 0;
  #running: Promise<void> | null = null;

  /** @param onRefused called when there is no such log input (any more), once in a while. */
  constructor(
    private readonly resourceId: string,
    private readonly url: Secret,
    private readonly services: CopyServices,
    private readonly onRefused: () => void,
    private readonly patienceMs = patienceDefaultMs,
  ) {}

  /** Never waits. */
  add(copy: Copy): void {
    if (this.#isClosed) return this.#drop(copy);
    this.#waiting.push(copy);
    this.#hold(copy.body.length);
    while (this.#waiting.length > 0 && this.services.copyBudget.isPassedBy(this.#bytesHeld)) this.#giveUpOldest();
    this.#running ??= this.#run();
  }

  /** Resolves when everything that waits is delivered, or given up; when `signal` ends it, that is at once. */
  async stop(signal: AbortSignal): Promise<void> {
    const abort = (): void => this.#stopping.abort();
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    await this.#running;
    signal.removeEventListener('abort', abort);
    abort();
  }

  get #isClosed(): boolean {
    return this.#stopping.signal.aborted || performance.now() < this.#refusedUntilMs;
  }

  async #run(): Promise<void> {
    for (let copy = this.#waiting.shift(); copy; copy = this.#waiting.shift()) {
      if (this.#isClosed) this.#drop(copy);
      else await this.#deliver(copy);
      this.#hold(-copy.body.length);
    }
    this.#running = null;
  }

  async #deliver(copy: Copy): Promise<void> {
    const { logplex, metrics, logger } = this.services;
    const told = this.#untold;
    const signal = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(this.patienceMs)]);
    try {
      const { isDelivered, lost } = await deliverBatch(logplex, this.url, told === 0 ? copy : withNotice(told, copy), metrics, signal);
      if (!isDelivered) return this.#refuse(copy);
      this.#untold -= told;
      this.#drop({ count: lost });
    } catch (error) {
      if (!signal.aborted) logger.error({ error, resourceId: this.resourceId }, 'a copy for an attached app was given up');
      this.#drop(copy);
    }
  }

  #refuse(copy: Copy): void {
    this.#refusedUntilMs = performance.now() + refusedMs;
    this.#drop(copy);
    this.onRefused();
  }

  #giveUpOldest(): void {
    const oldest = this.#waiting.shift();
    if (!oldest) return;
    this.#hold(-oldest.body.length);
    this.#drop(oldest);
  }

  #hold(bytes: number): void {
    this.#bytesHeld += bytes;
    this.services.copyBudget.take(bytes);
  }

  #drop({ count }: Pick<Copy, 'count'>): void {
    if (count === 0) return;
    this.#untold += count;
    this.services.metrics.lost.inc({ reason: 'attached app' }, count);
  }
}

/** The missing lines were before these. */
function withNotice(lost: number, { body, count }: Copy): Copy {
  const words = `${String(lost)} ${lost === 1 ? 'line was' : 'lines were'} lost: this app's log did not take ${lost === 1 ? 'it' : 'them'}`;
  const frame = `<187>1 ${timeOf(new Date())}${ownHeader}${words}`;
  return { body: Buffer.concat([Buffer.from(`${String(Buffer.byteLength(frame))} ${frame}`), body]), count: count + 1 };
}
