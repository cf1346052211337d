import type { LogCursor } from '@dockhero/database/log-cursor-store';
import type { ContainerDetails, ContainerSummary, ContainerWatch } from '@dockhero/docker/container-watch';
import { AppError } from '@dockhero/domain/errors';
import type { DockerConnection } from '@dockhero/domain/ports/docker-engine';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import type { Logger } from 'pino';
import type { AppLog } from '../deliver/app-log.js';
import type { Severity } from '../deliver/batch.js';
import type { CommittedPosition } from '../deliver/commit-cursors.js';
import { syslogHeader } from '../deliver/syslog-header.js';
import type { DrainMetrics } from '../drain-metrics.js';
import { isRemoved } from './is-removed.js';
import { endedLine, isSameStart, lostText, type Ended, type Lost } from './lifecycle-lines.js';
import { MessageCounter, nowhere, alwaysRoom, type Skimmed } from './count-messages.js';
import { longLines } from './long-line.js';
import { LogGap, LogPosition } from './log-position.js';
import { shiftTime, timeOf, timeToMs, timeToSince } from './log-time.js';
import type { OpeningTurns } from './opening-turns.js';
import type { Prepared } from './prepare-container.js';
import { readLog, type LogReading } from './read-log.js';
import { LogDoubt } from './reread-filter.js';

const backoffMaxMs = 30_000;
/** A container that comes and goes is looked at this often at most. */
const reopenMs = 250;
const withoutLogMs = 10_000;
/** A clock is seldom set back; one that often is must not fill the memory. */
const newMarksMax = 100;

export interface ContainerServices {
  readonly watch: ContainerWatch;
  readonly connect: () => Promise<DockerConnection>;
  readonly log: AppLog;
  readonly metrics: DrainMetrics;
  readonly logger: Logger;
  readonly dockerPort: number | undefined;
  readonly turns: OpeningTurns;
}

export type ContainerEnd = 'exited' | 'gone' | 'stopped';

/**
 * Follows one container: its lines, and its life. Begins where the stored cursor is, and goes on from where it is itself whenever a stream
 * breaks off. Ends when the container has ended and everything it wrote is on its way.
 */
export class ContainerFollower {
  readonly ended: Promise<ContainerEnd>;
  readonly #stopping = new AbortController();
  readonly #header: Buffer;
  #position: LogPosition;
  readonly #long = longLines(this);
  #startedAt: string;
  #finishedAt: string;
  #isTerminal = false;
  #prepared: Prepared | null;
  #socket: TLSSocket | undefined;
  #exitCode: number | null = null;
  /** Messages that were in doubt, each in its first request. */
  readonly #newMarks = new Set<number>();
  /** What was counted behind `afterAt`, the last message taken. */
  #skimmed: (Skimmed & { readonly afterAt: string }) | null = null;

  /**
   * @param cursor what is stored; null for a container not seen before. @param fromAt where a new one begins; empty for its first line.
   * @param prepared what was known of it before it was started, when it was started just now: then no time is lost with looking.
   */
  constructor(
    readonly container: ContainerSummary,
    private readonly hostId: string,
    readonly process: string,
    cursor: LogCursor | null,
    fromAt: string,
    prepared: Prepared | null,
    private readonly services: ContainerServices,
  ) {
    this.#prepared = prepared;
    this.#header = syslogHeader(process);
    this.#startedAt = cursor?.startedAt ?? '';
    this.#finishedAt = cursor?.finishedAt ?? '';
    this.#position = new LogPosition(cursor ?? { anchorAt: fromAt, anchorHash: '', followed: 0, lastAt: '' });
    this.ended = this.#run();
  }

  get hasRoom(): boolean {
    return this.services.log.hasRoom;
  }

  add(severity: Severity, source: Buffer, timeAt: number, textAt: number, textEnd: number): void {
    this.services.log.add(this, severity, this.#header, source, timeAt, textAt, textEnd);
  }

  position(): CommittedPosition {
    const { container, hostId } = this;
    const cursor = { containerId: container.id, ...this.#position.stored(), startedAt: this.#startedAt, finishedAt: this.#finishedAt };
    return { hostId, cursor };
  }

  /** It has ended, says an event: all that is known when it is removed at once. */
  noteEnd(exitCode: number): void {
    this.#exitCode = exitCode;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.ended;
  }

  async #run(): Promise<ContainerEnd> {
    const { signal } = this.#stopping;
    for (let failures = 0; !signal.aborted;) {
      try {
        const end = await this.#followOnce();
        if (end) return end;
        failures = 0;
        await sleep(reopenMs, undefined, { signal }).catch(() => {});
      } catch (error) {
        if (signal.aborted) break;
        failures += 1;
        this.services.metrics.reconnects.inc({ why: error instanceof AppError ? error.code : 'decoding' });
        this.services.logger.info({ error, containerId: this.container.id, failures }, 'log stream broke off');
        const waitMs = Math.min(backoffMaxMs, 500 * 2 ** Math.min(failures, 10)) * (0.5 + Math.random() / 2);
        await sleep(waitMs, undefined, { signal }).catch(() => {});
      }
    }
    return 'stopped';
  }

  /** One stream to its end. @returns how the container has ended, or null when it may go on. */
  async #followOnce(): Promise<ContainerEnd | null> {
    // What has started just now cannot wait: it may be gone in a moment.
    if (this.#prepared) return await this.#followInTurn(this.#takePrepared());
    return await this.services.turns.during(this.#stopping.signal, (endTurn) => this.#followInTurn(null, endTurn));
  }

  async #followInTurn(prepared: ContainerDetails | null, endTurn?: () => void): Promise<ContainerEnd | null> {
    const before = prepared ?? (await this.#inspect());
    if (!before) return this.#gone();
    if (!before.isRunning && before.finishedAt === this.#finishedAt) return 'exited';
    this.#isTerminal = before.isTerminal;
    this.#tellStarted(before);
    if (before.logDriver === 'none') await this.#waitForEnd();
    else await this.#read(true, endTurn);
    const after = await this.#inspect();
    if (!after) return this.#gone();
    if (after.isRunning) this.#tellEndOfRun(after);
    if (after.isRunning || this.#stopping.signal.aborted) return null;
    // The stream may have ended before the last lines were stored: what is there now is all there will be.
    if (after.logDriver !== 'none') await this.#read(false);
    if (this.#stopping.signal.aborted) return null;
    this.#tellStarted(after);
    this.#tellEnded(after);
    return 'exited';
  }

  /** Started just now: it will be looked at once its stream has ended. */
  #takePrepared(): ContainerDetails | null {
    const prepared = this.#prepared;
    this.#prepared = null;
    this.#socket = prepared?.socket;
    return prepared && { ...prepared.details, isRunning: true, startedAt: timeOf(new Date()) };
  }

  /** Removed: what it printed may be known all the same, and how it ended. */
  #gone(): 'gone' {
    if (this.#exitCode === null) return 'gone';
    const isUnread = this.#position.stored().lastAt === '';
    const ended = endedLine(this.#name, { exitCode: this.#exitCode, isOutOfMemory: false, error: '' });
    this.#say(ended.severity, `${ended.text}, and was removed${isUnread ? '; nothing it may have printed was read' : ''}`, '');
    return 'gone';
  }

  /** Of a container that keeps no log. Its start and end are told all the same. */
  async #waitForEnd(): Promise<void> {
    while (!this.#stopping.signal.aborted && (await this.#inspect())?.isRunning) {
      await sleep(withoutLogMs, undefined, { signal: this.#stopping.signal }).catch(() => {});
    }
  }

  async #inspect(): Promise<ContainerDetails | null> {
    return await this.services.watch.inspect(await this.services.connect(), this.container.id);
  }

  /** Reads from where we are; where messages are gone, tells it and goes on behind them. */
  async #read(follow: boolean, onOpen?: () => void): Promise<void> {
    this.#position = this.#position.reopened();
    while (!this.#stopping.signal.aborted) {
      try {
        return await this.#readOnce(follow, onOpen);
      } catch (error) {
        if (error instanceof LogGap) await this.#passGap(error);
        else if (error instanceof LogDoubt) this.#ask(error);
        else throw error;
      }
    }
  }

  async #passGap(gap: LogGap): Promise<void> {
    const lost = await this.#countLost(gap);
    this.#position = new LogPosition(gap.resumeFrom);
    // All that is gone may have been delivered.
    if (lost?.count !== 0) this.#tellLost(gap, lost);
  }

  /** Met again where we go on, it is new. */
  #ask({ mark }: LogDoubt): void {
    if (this.#newMarks.size >= newMarksMax) this.#newMarks.clear();
    this.#newMarks.add(mark);
    this.#position = this.#position.reopened();
  }

  async #readOnce(follow: boolean, onOpen?: () => void): Promise<void> {
    const { log, connect, dockerPort } = this.services;
    const socket = this.#socket;
    this.#socket = undefined;
    const position = this.#position;
    const request = { containerId: this.container.id, since: position.resume(), follow, port: dockerPort };
    try {
      const skimmed = await readLog(await connect(), request, this.#reading({ position, lines: this, room: log, socket, onOpen }));
      this.#skimmed = skimmed && { ...skimmed, afterAt: position.stored().lastAt };
    } catch (error) {
      if (isRemoved(error)) return;
      throw error;
    }
  }

  #reading(what: Pick<LogReading, 'position' | 'lines' | 'room' | 'socket' | 'onOpen'>): LogReading {
    const { logger } = this.services;
    return {
      ...what,
      long: what.lines === this ? this.#long : longLines(what.lines),
      newMarks: this.#newMarks,
      isTerminal: this.#isTerminal,
      signal: this.#stopping.signal,
      onTrouble: (words) => logger.warn({ containerId: this.container.id, words }, 'Docker speaks of a log'),
    };
  }

  /** How many lines a gap has swallowed: those that were skimmed, less those that are still there. Null when nobody counted. */
  async #countLost({ lastAt, next }: LogGap): Promise<Lost | null> {
    const skimmed = this.#skimmed;
    if (!skimmed || skimmed.afterAt !== lastAt) return null;
    // What was skimmed is gone to the last line: what was written between that and the next request may be gone too, and nobody saw it.
    if (skimmed.last.at < next.at) {
      this.#skimmed = { ...skimmed, count: 0 };
      return { count: skimmed.count, isAll: false };
    }
    const counter = new MessageCounter(next, skimmed.last);
    const since = timeToSince(shiftTime(next.at, -1));
    const { connect, dockerPort: port } = this.services;
    const request = { containerId: this.container.id, since, follow: false, port };
    const reading = this.#reading({ position: counter, lines: nowhere, room: alwaysRoom, socket: undefined });
    await readLog(await connect(), request, reading);
    if (!counter.isDone) return null;
    const left = counter.skimmed?.count ?? 0;
    this.#skimmed = { ...skimmed, count: left };
    return { count: skimmed.count - left, isAll: true };
  }

  /** In the container's own log, where the lines would be. */
  #tellLost({ lastAt, next }: LogGap, lost: Lost | null): void {
    const { metrics, log } = this.services;
    metrics.gaps.inc();
    if (lost) metrics.lost.inc({ reason: 'rotated' }, lost.count);
    log.say('error', lostText(lost, lastAt, next.at), this, this.#header, next.at);
  }

  #tellStarted(details: ContainerDetails): void {
    const { startedAt, isRunning, finishedAt } = details;
    if (startedAt.startsWith('0001')) return;
    const isTold = isSameStart(startedAt, this.#startedAt);
    if (!isTold && isRunning && this.#startedAt !== '') this.#tellEndOfRun(details);
    this.#startedAt = startedAt;
    if (isTold || (!isRunning && finishedAt === this.#finishedAt)) return;
    this.#say('info', `${this.#name} started`, startedAt);
  }

  /** Of a container that Docker starts again at once: how the run before ended. While it waits for its start Docker knows, then the event does. */
  #tellEndOfRun(details: ContainerDetails): void {
    if (timeToMs(details.finishedAt) >= timeToMs(details.startedAt)) return this.#tellEnded(details);
    this.#tellEnded({ ...details, exitCode: this.#exitCode, isOutOfMemory: false, error: '' });
  }

  #tellEnded(details: Ended & Pick<ContainerDetails, 'finishedAt'>): void {
    if (details.finishedAt === this.#finishedAt || details.finishedAt.startsWith('0001')) return;
    this.#finishedAt = details.finishedAt;
    this.#exitCode = null;
    const { severity, text } = endedLine(this.#name, details);
    this.#say(severity, text, details.finishedAt);
  }

  #say(severity: Severity, text: string, at: string): void {
    const ms = timeToMs(at);
    this.services.log.say(severity, text, this, undefined, timeOf(new Date(Number.isNaN(ms) ? Date.now() : ms)));
  }

  get #name(): string {
    return this.process.slice('dockhero.'.length);
  }
}
