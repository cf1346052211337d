import type { Severity } from '../deliver/batch.js';
import type { LineTaker } from './line-taker.js';
import type { LogPosition } from './log-position.js';
import { longLines, type LongLines } from './long-line.js';
import type { RereadFilter } from './reread-filter.js';
import { timeBytes } from './log-time.js';
import { textBytesMax } from './split-line.js';

const headerBytes = 8;
const stderrStream = 2;
/** Docker's own words, when a log breaks off. */
const systemStream = 3;
/** Docker cuts messages at this many bytes; the parts have the same timestamp, and only the last ends the line. */
const partBytes = 16 * 1024;
const [lf, cr, blank] = [0x0a, 0x0d, 0x20];

const timePattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/;

/** A message whose announced length is beyond this is not one of Docker's. */
const messageBytesMax = 1024 * 1024;

/**
 * Docker's log stream into lines: frames with a header of eight bytes, or the bare bytes of a terminal. Chunks end anywhere.
 * @see docker-engine spec, section 4.1
 */
export class LogDecoder {
  #rest: Buffer | null = null;
  constructor(
    private readonly isTerminal: boolean,
    private readonly position: Pick<LogPosition, 'admit' | 'hold' | 'release'>,
    private readonly lines: LineTaker,
    /** Called with what Docker says of the log itself. */
    private readonly onTrouble: (words: string) => void,
    private readonly long: LongLines = longLines(lines),
    /** Where dockerd may bring messages twice: in streams that are followed. */
    private readonly rereads: Pick<RereadFilter, 'isRepeated'> | null = null,
  ) {}

  /**
   * Takes a chunk, which is the caller's again afterwards.
   * @returns false when the taker has no room: the rest is kept, call `resume` later. @throws Error when this is no log stream; LogDoubt.
   */
  decode(chunk: Buffer): boolean {
    const rest = this.#rest;
    this.#rest = null;
    if (!rest) this.#take(chunk, 0);
    else if (this.isTerminal || !this.lines.hasRoom) this.#take(Buffer.concat([rest, chunk]), 0);
    else this.#complete(rest, chunk);
    return this.lines.hasRoom;
  }

  /** Only the message that the chunks share is put together: what is copied is little, and the large buffer is used as it is. */
  #complete(rest: Buffer, chunk: Buffer): void {
    const header = rest.length >= headerBytes ? rest : Buffer.concat([rest, chunk.subarray(0, headerBytes - rest.length)]);
    const missing = header.length < headerBytes ? chunk.length + 1 : headerBytes + header.readUInt32BE(4) - rest.length;
    if (missing > chunk.length || missing < 0) return this.#take(Buffer.concat([rest, chunk]), 0);
    this.#take(Buffer.concat([rest, chunk.subarray(0, missing)]), 0);
    if (this.#rest === null) this.#take(chunk, missing);
    else this.#rest = Buffer.concat([this.#rest, chunk.subarray(missing)]);
  }

  #take(bytes: Buffer, from: number): void {
    const taken = this.isTerminal ? this.#decodeTerminal(bytes) : this.#decodeFrames(bytes, from);
    // A copy: the bytes are the caller's.
    if (taken < bytes.length) this.#rest = Buffer.from(bytes.subarray(taken));
  }

  resume(): boolean {
    const rest = this.#rest;
    this.#rest = null;
    if (rest) this.#take(rest, 0);
    return this.lines.hasRoom;
  }

  /** There is no more: the last part of a long line may have no line end, which only the log's end shows. */
  end(): void {
    const rest = this.takeRest();
    if (rest && this.isTerminal && rest.length > timeBytes) this.#message(rest, 0, rest.length, 'info');
    this.long.info.end();
    this.long.error.end();
    this.position.release();
  }

  /** Bytes that were received and not taken; they are no longer here then. */
  takeRest(): Buffer | null {
    const rest = this.#rest;
    this.#rest = null;
    return rest;
  }

  #decodeFrames(bytes: Buffer, from: number): number {
    let at = from;
    while (at + headerBytes <= bytes.length && this.lines.hasRoom) {
      const length = bytes.readUInt32BE(at + 4);
      if (length > messageBytesMax) throw new Error('this is not a log stream of Docker');
      const start = at + headerBytes;
      const end = start + length;
      if (end > bytes.length) break;
      const stream = bytes[at];
      if (stream === systemStream) this.onTrouble(bytes.toString('utf8', start, end).trim());
      else this.#message(bytes, start, end, stream === stderrStream ? 'error' : 'info');
      at = end;
    }
    return at;
  }

  #decodeTerminal(bytes: Buffer): number {
    let at = 0;
    while (at < bytes.length && this.lines.hasRoom) {
      const found = bytes.indexOf(lf, at);
      const upTo = found < 0 ? bytes.length : found + 1;
      const end = this.long.info.isOpen ? endOfLastPart(bytes, at, upTo) : endOfPart(bytes, at, upTo);
      if (end < 0 || (found < 0 && end === bytes.length)) {
        if (bytes.length - at > messageBytesMax) throw new Error('this is not a log stream of Docker');
        break;
      }
      this.#message(bytes, at, end, 'info');
      at = end;
    }
    return at;
  }

  /** One message of Docker's: a line, or a part of one that is longer than 16 KiB. */
  #message(bytes: Buffer, start: number, end: number, severity: Severity): void {
    const textAt = start + timeBytes + 1;
    if (textAt > end || bytes[textAt - 1] !== blank) return this.onTrouble(bytes.toString('utf8', start, end).trim());
    const long = this.long[severity];
    // The last part of a long line has no line end with some drivers (`local` of 20.10); but all others are of one size.
    const isWhole = bytes[end - 1] === lf || end - textAt < partBytes;
    if (this.rereads?.isRepeated(bytes, start, end, severity === 'error' ? 1 : 0, isWhole)) return;
    if (isWhole && !long.isOpen && end - textAt <= textBytesMax) {
      if (!this.position.admit(bytes, start, end)) return;
      this.lines.add(severity, bytes, start, textAt, textEnd(bytes, textAt, end));
      return;
    }
    if (!isWhole) this.position.hold();
    if (!this.position.admit(bytes, start, end)) return this.#settle();
    long.take(bytes, start, textAt, isWhole ? textEnd(bytes, textAt, end) : end, isWhole);
    this.#settle();
  }

  /** A position in the middle of a line is not stored, unless the line does not end. */
  #settle(): void {
    if (!this.long.info.isPending && !this.long.error.isPending) this.position.release();
  }
}

/** Where the text ends, without `\n` or `\r\n`. */
function textEnd(bytes: Buffer, textAt: number, end: number): number {
  const last = bytes[end - 1] === lf ? end - 1 : end;
  return last > textAt && bytes[last - 1] === cr ? last - 1 : last;
}

/**
 * A terminal's stream has no headers: a line of more than 16 KiB comes as parts that each begin with the same timestamp, with nothing between.
 * @returns where the message at `at` ends, or -1 when that cannot be said yet.
 */
function endOfPart(bytes: Buffer, at: number, end: number): number {
  const partEnd = at + timeBytes + 1 + partBytes;
  if (end <= partEnd) return end;
  const next = partEnd + timeBytes + 1;
  if (bytes.length < next) return -1;
  return bytes.compare(bytes, at, at + timeBytes + 1, partEnd, next) === 0 ? partEnd : end;
}

/** The same where a long line is under way: its last part may end with `\r` alone, and what follows is the next message's timestamp. */
function endOfLastPart(bytes: Buffer, at: number, end: number): number {
  const partEnd = endOfPart(bytes, at, end);
  if (partEnd !== end) return partEnd;
  for (let found = bytes.indexOf(cr, at); found >= 0 && found < end; found = bytes.indexOf(cr, found + 1)) {
    if (bytes.length < found + 1 + timeBytes) break;
    if (timePattern.test(bytes.toString('latin1', found + 1, found + 1 + timeBytes))) return found + 1;
  }
  return end;
}
