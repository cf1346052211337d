import type { TLSSocket } from 'node:tls';
import type { DockerConnection } from '@dockhero/domain/ports/docker-engine';
import { LogStream, type LogReader, type LogRequest } from '@dockhero/docker/log-stream';
import { MessageCounter, nowhere, type Skimmed } from './count-messages.js';
import { LogDecoder } from './decode-log.js';
import type { LineTaker } from './line-taker.js';
import type { LongLines } from './long-line.js';
import type { LogPosition } from './log-position.js';
import { RereadFilter } from './reread-filter.js';

/** A silent stream is opened anew after this: old engines forget followers at a rotation, and connections die unnoticed. */
const idleMs = 600_000;
/**
 * A stream that has waited this long for room is skimmed: read on and counted. dockerd passes over rotated files while nobody reads, and says so
 * to nobody. When there is room, a new request begins at our anchor, and shows if something is missing.
 */
const stalledMs = 500;
/**
 * After a rotation engines of 20.10 leave followers behind: they wait for the next rotation, and pass over what is written until then. Seen with
 * `local`, which compresses, within moments of the rotation. So a stream that falls silent for so long, so soon after one, is opened anew.
 */
const leftBehind = { silentMs: 500, withinMs: 5_000 };

/** Who says when more lines may come. */
export interface Room {
  readonly hasRoom: boolean;
  refresh(): void;
  whenRoom(resume: () => void): void;
  forget(resume: () => void): void;
}

export interface LogReading {
  readonly isTerminal: boolean;
  readonly position: Pick<LogPosition, 'admit' | 'hold' | 'release' | 'isBeyond'>;
  readonly lines: LineTaker;
  /** Lines that are under way since an earlier stream. */
  readonly long?: LongLines;
  /** See RereadFilter. */
  readonly newMarks?: ReadonlySet<number>;
  readonly room: Room;
  readonly signal: AbortSignal;
  /** A connection that was made ahead. */
  readonly socket: TLSSocket | undefined;
  /** Called when Docker answers. */
  readonly onOpen?: (() => void) | undefined;
  readonly onTrouble: (words: string) => void;
}

/**
 * Reads one stream to its end, as fast as lines are taken and no faster. Resolves when Docker ended it, when it should be opened anew, or when
 * `signal` ends it. @returns what was skimmed after the last line that was taken; null for nothing.
 * @throws AppError as LogStream; LogGap; LogDoubt; Error when the bytes are no log stream.
 */
export async function readLog(connection: DockerConnection, request: LogRequest, reading: LogReading): Promise<Skimmed | null> {
  if (reading.signal.aborted) {
    reading.socket?.destroy();
    return null;
  }
  return await new Promise((resolve, reject) => {
    const end = (error: Error | null, skimmed: Skimmed | null): void => (error ? reject(error) : resolve(skimmed));
    LogReadingOnce.begin(connection, request, reading, end);
  });
}

/** The state of one reading: lines are being taken, or wait for room, or are skimmed. */
class LogReadingOnce implements LogReader {
  readonly #stream: LogStream;
  #decoder: LogDecoder;
  #counter: MessageCounter | null = null;
  #isWaiting = false;
  #hasEnded = false;
  #stalling: NodeJS.Timeout | undefined;
  readonly #rereads: RereadFilter | null;
  #silence: NodeJS.Timeout | undefined;
  readonly #idle: NodeJS.Timeout;

  /** It ends by itself, by calling `end`. */
  static begin(...parameters: ConstructorParameters<typeof LogReadingOnce>): LogReadingOnce {
    return new LogReadingOnce(...parameters);
  }

  constructor(
    connection: DockerConnection,
    private readonly request: LogRequest,
    private readonly reading: LogReading,
    private readonly end: (error: Error | null, skimmed: Skimmed | null) => void,
  ) {
    this.#rereads = request.follow ? new RereadFilter(reading.newMarks) : null;
    this.#decoder = new LogDecoder(reading.isTerminal, reading.position, reading.lines, reading.onTrouble, reading.long, this.#rereads);
    this.#idle = setTimeout(() => this.#isWaiting || this.#finish(null), idleMs);
    reading.signal.addEventListener('abort', this.#abort, { once: true });
    this.#stream = new LogStream(connection, request, this, reading.socket);
  }

  onOpen(): void {
    this.reading.onOpen?.();
  }

  onData(bytes: Buffer): void {
    this.#idle.refresh();
    this.reading.room.refresh();
    this.#guarded(() => {
      if (!this.#decoder.decode(bytes)) this.#wait();
      if (this.#rereads?.rotatedMs) this.#expectMore(this.#rereads.rotatedMs);
    });
  }

  /** The log's file was rotated, at `rotatedMs`. */
  #expectMore(rotatedMs: number): void {
    clearTimeout(this.#silence);
    if (Date.now() - rotatedMs > leftBehind.withinMs) return;
    this.#silence = setTimeout(() => this.#isWaiting || this.#finish(null), leftBehind.silentMs);
  }

  onEnd(error: Error | null): void {
    this.#hasEnded = true;
    if (error) this.#finish(error);
    else if (!this.#isWaiting) this.#complete();
  }

  #wait(): void {
    if (!this.#isWaiting && this.request.follow) this.#stalling = setTimeout(() => this.#skim(), stalledMs);
    this.#isWaiting = true;
    this.#stream.pause();
    this.reading.room.whenRoom(this.#resume);
  }

  #skim(): void {
    const rest = this.#decoder.takeRest();
    this.#counter = new MessageCounter(null, null, this.reading.position);
    this.#decoder = new LogDecoder(this.reading.isTerminal, this.#counter, nowhere, () => {}, undefined, this.#rereads);
    this.#guarded(() => {
      if (rest) this.#decoder.decode(rest);
      this.#stream.resume();
    });
  }

  readonly #resume = (): void => {
    if (!this.reading.room.hasRoom) return this.reading.room.whenRoom(this.#resume);
    if (this.#counter) return this.#finish(null);
    clearTimeout(this.#stalling);
    this.#isWaiting = false;
    this.#guarded(() => {
      if (!this.#decoder.resume()) this.#wait();
      else if (this.#hasEnded) this.#complete();
      else this.#stream.resume();
    });
  };

  readonly #abort = (): void => this.#finish(null);

  /** Docker has ended the stream. Where it was not followed that was the end of the log. */
  #complete(): void {
    this.#guarded(() => {
      if (!this.request.follow) this.#decoder.end();
      this.#finish(null);
    });
  }

  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#finish(error as Error);
    }
  }

  #finish(error: Error | null): void {
    clearTimeout(this.#idle);
    clearTimeout(this.#stalling);
    clearTimeout(this.#silence);
    this.reading.signal.removeEventListener('abort', this.#abort);
    this.reading.room.forget(this.#resume);
    this.#stream.close();
    this.end(error, this.#counter?.skimmed ?? null);
  }
}
