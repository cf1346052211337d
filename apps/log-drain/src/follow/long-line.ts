import type { Severity } from '../deliver/batch.js';
import type { LineTaker } from './line-taker.js';
import { compareTime, timeBytes } from './log-time.js';
import { cutLine, lastPart } from './split-line.js';

/** A line that does not end is let go after this many bytes: what is held back cannot be stored as taken. */
const heldBytesMax = 64 * 1024;

/** One for each of a container's streams. Outlasts connections: a stream that breaks off in a line goes on in it. */
export interface LongLines {
  readonly info: LongLine;
  readonly error: LongLine;
}

export function longLines(lines: LineTaker): LongLines {
  return { info: new LongLine('info', lines), error: new LongLine('error', lines) };
}

/** Puts a line together whose parts come one by one, and hands it on in pieces that Logplex takes. Between its pieces others may come. */
export class LongLine {
  #text: Buffer = Buffer.alloc(0);
  readonly #time = Buffer.alloc(timeBytes);
  #isOpen = false;
  #isContinued = false;
  #bytesSince = 0;

  constructor(
    private readonly severity: Severity,
    private readonly lines: LineTaker,
  ) {}

  /** True between the first part of a line and its last. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** True while something is held back. */
  get isPending(): boolean {
    return this.#text.length > 0;
  }

  take(bytes: Buffer, timeAt: number, textAt: number, textEnd: number, isLast: boolean): void {
    // All parts of a line have one timestamp: with another, the last part was as large as the others, and did not show that it was the last.
    if (this.#isOpen && compareTime(bytes, timeAt, this.#time) !== 0) this.end();
    if (!this.#isOpen) {
      bytes.copy(this.#time, 0, timeAt, timeAt + timeBytes);
      this.#isContinued = false;
      this.#bytesSince = 0;
    }
    this.#isOpen = !isLast;
    this.#bytesSince += textEnd - textAt;
    let text: Buffer = Buffer.concat([this.#text, bytes.subarray(textAt, textEnd)]);
    for (let cut = cutLine(text, this.#isContinued); cut; cut = cutLine(text, this.#isContinued)) {
      this.#emit(cut.part);
      this.#isContinued = true;
      text = cut.rest;
    }
    if (isLast || this.#bytesSince > heldBytesMax) {
      if (text.length > 0 || !this.#isContinued) this.#emit(this.#isContinued ? lastPart(text) : text);
      this.#isContinued = true;
      this.#bytesSince = 0;
      text = Buffer.alloc(0);
    }
    this.#text = text;
  }

  /** There will be no more parts. */
  end(): void {
    if (this.#text.length > 0) this.#emit(this.#isContinued ? lastPart(this.#text) : this.#text);
    this.#text = Buffer.alloc(0);
    this.#isOpen = false;
  }

  #emit(text: Buffer): void {
    const source = Buffer.concat([this.#time, text]);
    this.lines.add(this.severity, source, 0, timeBytes, source.length);
  }
}
