import { isUtf8 } from 'node:buffer';
import { batchBytesMax, type BufferPool } from './buffer-pool.js';
import { repairText } from './repair-text.js';

/** `<190>1 ` or `<187>1 `. */
const prefixBytes = 7;
const timeBytes = 30;
/** Of a frame's length: at most 10,240. */
const digitsMax = 5;

export type Severity = 'info' | 'error';

/** What a batch asks those whose lines it holds, when it is closed. */
export interface Contributor<Position> {
  /** Up to where its lines are in this batch and those before. */
  position(): Position;
}

/** A closed batch: octet-counted syslog frames, as Logplex takes them. */
export interface SealedBatch<Position> {
  readonly body: Buffer;
  readonly count: number;
  /** Where each of its containers is once this is delivered. */
  readonly positions: readonly Position[];
  /** Its first line's time, in milliseconds: how late we are. */
  readonly firstMs: number;
  /** To be given back to the pool once the batch is done with. */
  readonly buffer: Buffer;
}

/**
 * Lines being put together for one POST, written into one buffer as they come: no object per line.
 * @see partner API spec, section 7.2: frames with nothing between them, `LENGTH <PRI>1 TIME HOST app PROCID - - TEXT`
 */
export class Batch<Position> {
  #buffer: Buffer;
  #used = 0;
  #count = 0;
  #firstMs = 0;
  readonly #contributors: Contributor<Position>[] = [];
  #last: Contributor<Position> | null = null;

  constructor(private readonly pool: BufferPool) {
    this.#buffer = pool.take(1);
  }

  get firstMs(): number {
    return this.#firstMs;
  }

  get count(): number {
    return this.#count;
  }

  get bytesHeld(): number {
    return this.#buffer.length;
  }

  hasRoomFor(headerBytes: number, textBytes: number): boolean {
    return this.#used + digitsMax + 1 + prefixBytes + timeBytes + headerBytes + textBytes <= batchBytesMax;
  }

  /**
   * Adds a line.
   * @param source whose 30 bytes at `timeAt` are the timestamp and whose bytes from `textAt` to `textEnd` the text.
   * @param header ` HOST app PROCID - - `, its blanks included.
   */
  add(
    from: Contributor<Position>,
    severity: Severity,
    header: Buffer,
    source: Buffer,
    timeAt: number,
    textAt: number,
    textEnd: number,
  ): void {
    const length = prefixBytes + timeBytes + header.length + textEnd - textAt;
    this.#makeRoom(length + digitsMax + 1);
    if (this.#count === 0) this.#firstMs = Date.parse(source.toString('latin1', timeAt, timeAt + timeBytes));
    this.#count += 1;
    this.contribute(from);
    const buffer = this.#buffer;
    let at = writeDecimal(buffer, this.#used, length);
    buffer[at] = 0x20;
    buffer[at + 1] = 0x3c;
    buffer[at + 2] = 0x31;
    buffer[at + 3] = severity === 'info' ? 0x39 : 0x38;
    buffer[at + 4] = severity === 'info' ? 0x30 : 0x37;
    buffer[at + 5] = 0x3e;
    buffer[at + 6] = 0x31;
    buffer[at + 7] = 0x20;
    at += 8;
    source.copy(buffer, at, timeAt, timeAt + timeBytes);
    at += timeBytes;
    header.copy(buffer, at);
    at += header.length;
    source.copy(buffer, at, textAt, textEnd);
    this.#used = at + textEnd - textAt;
  }

  /** Notes that the position of `from` is to be stored with this batch, also without a line. */
  contribute(from: Contributor<Position>): void {
    if (this.#last === from) return;
    this.#last = from;
    if (!this.#contributors.includes(from)) this.#contributors.push(from);
  }

  get isEmpty(): boolean {
    return this.#contributors.length === 0;
  }

  seal(): SealedBatch<Position> {
    const written = this.#buffer.subarray(0, this.#used);
    // Both are one pass at memory speed over the whole batch; the headers are ASCII, so they do not matter.
    const body = isUtf8(written) && !written.includes(0) ? written : repairText(written);
    const positions = this.#contributors.map((one) => one.position());
    return { body, count: this.#count, positions, firstMs: this.#firstMs, buffer: this.#buffer };
  }

  #makeRoom(bytes: number): void {
    if (this.#used + bytes <= this.#buffer.length) return;
    const larger = this.pool.take(Math.max(this.#used + bytes, this.#buffer.length + 1));
    this.#buffer.copy(larger, 0, 0, this.#used);
    this.pool.give(this.#buffer);
    this.#buffer = larger;
  }
}

/** Writes a number from 1 to 99,999; returns where it ends. */
function writeDecimal(buffer: Buffer, at: number, value: number): number {
  let end = at;
  if (value >= 10_000) end += 5;
  else if (value >= 1_000) end += 4;
  else if (value >= 100) end += 3;
  else end += value >= 10 ? 2 : 1;
  for (let index = end - 1, rest = value; index >= at; index -= 1) {
    const next = (rest / 10) | 0;
    buffer[index] = 0x30 + rest - next * 10;
    rest = next;
  }
  return end;
}
