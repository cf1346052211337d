import { setTimeout as sleep } from 'node:timers/promises';
import { hasCode } from '@dockhero/domain/errors';
import type { Secret } from '@dockhero/domain/secret';
import { timeBytes, timeOf } from '../follow/log-time.js';
import type { Contributor, SealedBatch, Severity } from './batch.js';
import type { CommittedPosition, CursorCommits } from './commit-cursors.js';
import type { CopyServices } from './copy-lane.js';
import { deliverBatch } from './deliver-batch.js';
import { Lane, type LaneBudget } from './lane.js';
import { LineRate } from './line-rate.js';
import { LogCopies } from './log-copies.js';
import type { LogInputs } from './log-inputs.js';
import { syslogHeader } from './syslog-header.js';

/** A line waits this long for company: a POST and a commit cost more than the lines in them. */
const lingerMs = 10;
/** A spent rate is looked at again after this. */
const refillMs = 100;
/** At the end, what is under way may still be delivered. */
const farewellMs = 5_000;
/** Copies have no more than this of it: nobody waits for them. */
const copiesFarewellMs = 2_000;
/** Characters of a line of our own: Docker's errors may be long. */
const sayMax = 2_000;

export type LogContributor = Contributor<CommittedPosition | null>;

export interface AppLogServices extends CopyServices {
  readonly budget: LaneBudget;
  readonly inputs: LogInputs;
  readonly commits: CursorCommits;
  readonly linesPerSecondMax: number;
}

const nobody: LogContributor = { position: () => null };
const ownHeader = syslogHeader('dockhero');

/** One app's log: takes the lines of its containers, delivers them in batches, one after the other, and has stored how far it is. */
export class AppLog {
  readonly #lane: Lane<CommittedPosition | null>;
  readonly #rate: LineRate;
  readonly #copies: LogCopies;
  readonly #stopping = new AbortController();
  readonly #aborting = new AbortController();
  #refill: NodeJS.Timeout | undefined;
  readonly #running: Promise<void>;
  #onBroken: () => void = () => {};
  #batchMs: number | null = null;
  #isBusy = false;

  constructor(
    readonly resourceId: string,
    private readonly services: AppLogServices,
  ) {
    this.#lane = new Lane(services.budget);
    this.#rate = new LineRate(services.linesPerSecondMax, Date.now());
    this.#copies = new LogCopies(resourceId, services, () => void services.inputs.refuseCopy(resourceId));
    this.#running = this.#run();
  }

  get hasRoom(): boolean {
    return !this.#rate.isSpent && this.#lane.hasRoom;
  }

  /** Calls `resume` once there may be room again. */
  whenRoom(resume: () => void): void {
    if (!this.#rate.isSpent) return this.#lane.whenRoom(resume);
    if (this.#rate.mayNotice(Date.now())) {
      this.say('info', `more than ${String(this.#rate.linesPerSecond)} lines/s: the log falls behind its containers, nothing is dropped`);
    }
    this.#lane.whenRoom(resume);
    this.#refill ??= setTimeout(() => {
      this.#refill = undefined;
      this.#rate.refill(Date.now());
      this.#lane.wakeWaiting();
    }, refillMs);
  }

  forget(resume: () => void): void {
    this.#lane.forget(resume);
  }

  /** For the parameters see Batch.add. */
  add(from: LogContributor, severity: Severity, header: Buffer, source: Buffer, timeAt: number, textAt: number, textEnd: number): void {
    this.#rate.spend();
    this.#lane.add(from, severity, header, source, timeAt, textAt, textEnd);
  }

  /** A line of our own, as `app[dockhero]`. @param from whose position goes with it. */
  say(severity: Severity, text: string, from: LogContributor = nobody, header: Buffer = ownHeader, at: string = timeOf(new Date())): void {
    const source = Buffer.from(at + text.slice(0, sayMax));
    this.#lane.add(from, severity, header, source, 0, timeBytes, source.length);
  }

  /** Stores the position of `from` after what it has brought. */
  contribute(from: LogContributor): void {
    this.#lane.contribute(from);
  }

  /** Called before a stream's chunk is taken: the rate goes by time. */
  refresh(): void {
    this.#rate.refill(Date.now());
  }

  /** Called when delivery cannot go on: another process has the hosts, or something unforeseen. */
  onBroken(call: () => void): void {
    this.#onBroken = call;
  }

  /** Seconds that the oldest line has waited; 0 when there is none. */
  lagSeconds(now: number): number {
    const oldest = this.#batchMs ?? this.#lane.oldestMs;
    return oldest === null ? 0 : Math.max(0, (now - oldest) / 1_000);
  }

  /** Resolves when everything brought so far is delivered and stored, or after a few seconds. */
  async flush(): Promise<void> {
    for (const until = Date.now() + farewellMs; Date.now() < until && !this.#aborting.signal.aborted;) {
      if (!this.#isBusy && this.#lane.isEmpty) return;
      await sleep(lingerMs);
    }
  }

  /** Delivers what can be delivered within seconds; the rest is read again later, from where the stored cursors are. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    clearTimeout(this.#refill);
    const farewell = AbortSignal.timeout(farewellMs);
    const abort = (): void => this.#aborting.abort();
    farewell.addEventListener('abort', abort);
    await this.#running;
    farewell.removeEventListener('abort', abort);
    // Both together no longer than that: leases are not renewed meanwhile.
    await this.#copies.stop(AbortSignal.any([farewell, AbortSignal.timeout(copiesFarewellMs)]));
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    signal.addEventListener('abort', () => this.#lane.wake(), { once: true });
    while (!signal.aborted) {
      await this.#lane.something();
      if (!signal.aborted && !this.#lane.isFull) await sleep(lingerMs);
      await this.#settleNext();
    }
    // Stopped: what is left may still go.
    while (await this.#settleNext());
    this.#lane.clear();
  }

  /** @returns false when there was nothing, or it could not be delivered. */
  async #settleNext(): Promise<boolean> {
    const batch = this.#lane.take();
    if (!batch) return false;
    const isSettled = !this.#aborting.signal.aborted && (await this.#settle(batch));
    this.#lane.done(batch);
    return isSettled;
  }

  /** @returns false when it was not delivered: then nothing after it may be. */
  async #settle(batch: SealedBatch<CommittedPosition | null>): Promise<boolean> {
    this.#isBusy = true;
    this.#batchMs = batch.count > 0 ? batch.firstMs : null;
    try {
      if (batch.count > 0) await this.#deliver(batch);
      await this.services.commits.commit(batch.positions.filter((position) => position !== null));
      return true;
    } catch (error) {
      const isOver = this.#aborting.signal.aborted || this.#stopping.signal.aborted;
      this.#aborting.abort();
      if (isOver) return false;
      if (!hasCode(error, 'lease_lost')) this.services.logger.error({ error, resourceId: this.resourceId }, 'delivery broke off');
      // Whatever it was: begin again from what is stored.
      this.#onBroken();
      return false;
    } finally {
      this.#batchMs = null;
      this.#isBusy = false;
    }
  }

  async #deliver(batch: SealedBatch<CommittedPosition | null>): Promise<void> {
    const { inputs, logplex, metrics } = this.services;
    for (;;) {
      const url = await this.#input();
      const { isDelivered, lost } = await deliverBatch(logplex, url, batch, metrics, this.#aborting.signal);
      if (lost > 0) this.#tellLost(lost);
      if (isDelivered) break;
      await inputs.refuse(this.resourceId, url);
    }
    inputs.accept(this.resourceId);
    metrics.lines.inc(batch.count);
    metrics.bytes.inc(batch.body.length);
    metrics.batches.inc();
    this.#copies.add(batch, inputs.othersOf(this.resourceId));
  }

  async #input(): Promise<Secret> {
    const { inputs } = this.services;
    for (let url = inputs.ownerOf(this.resourceId); ; url = inputs.ownerOf(this.resourceId)) {
      if (url) return url;
      await inputs.changed(this.resourceId, AbortSignal.any([this.#aborting.signal, this.#stopping.signal]));
    }
  }

  #tellLost(lost: number): void {
    this.services.metrics.lost.inc({ reason: 'refused by Logplex' }, lost);
    this.say('error', `${String(lost)} ${lost === 1 ? 'line was' : 'lines were'} lost: Heroku's log refused ${lost === 1 ? 'it' : 'them'}`);
  }
}
