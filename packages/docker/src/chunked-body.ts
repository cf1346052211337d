const [cr, lf, zero, nine, upperA, upperF, lowerA, lowerF, semicolon] = [13, 10, 0x30, 0x39, 0x41, 0x46, 0x61, 0x66, 0x3b];

/** A chunk's size has at most this many hexadecimal digits: what is longer is not HTTP. */
const digitsMax = 8;

const inSize = 0;
const inExtension = 1;
const inData = 2;
const afterData = 3;
const inTrailer = 4;
const ended = 5;

/**
 * Takes HTTP's chunked coding off a body, in place. Docker sends each log message as a chunk of its own; Node's parser calls back for each, at
 * 1 to 2 µs a line, which is more than everything else that we do with a line.
 * @see RFC 9112, section 7.1
 */
export class ChunkedBody {
  #state = inSize;
  #size = 0;
  #digits = 0;
  #trailerBytes = 0;

  /** True once the last chunk has been seen: the body is whole. */
  get isComplete(): boolean {
    return this.#state === ended;
  }

  /**
   * Moves the data of `bytes` together at its front and returns that part. `bytes` is written to: it must be the caller's own.
   * @throws Error when this is not chunked coding.
   */
  decode(bytes: Buffer): Buffer {
    let out = 0;
    let at = 0;
    while (at < bytes.length && this.#state !== ended) {
      if (this.#state === inData) {
        const end = Math.min(bytes.length, at + this.#size);
        if (out !== at) bytes.copyWithin(out, at, end);
        out += end - at;
        this.#size -= end - at;
        at = end;
        if (this.#size === 0) this.#state = afterData;
      } else {
        this.#step(bytes[at] ?? 0);
        at += 1;
      }
    }
    return bytes.subarray(0, out);
  }

  #step(byte: number): void {
    if (this.#state === inSize) return this.#sizeDigit(byte);
    if (this.#state === inExtension) {
      if (byte === lf) this.#beginData();
      return;
    }
    if (this.#state === afterData) {
      if (byte === lf) this.#beginSize();
      else if (byte !== cr) throw new Error('a chunk is longer than announced');
      return;
    }
    // Trailer fields end with an empty line.
    if (byte === lf) {
      if (this.#trailerBytes === 0) this.#state = ended;
      this.#trailerBytes = 0;
    } else if (byte !== cr) this.#trailerBytes += 1;
  }

  #sizeDigit(byte: number): void {
    const digit = hexDigit(byte);
    if (digit >= 0) {
      this.#digits += 1;
      if (this.#digits > digitsMax) throw new Error('the size of a chunk is too long');
      this.#size = this.#size * 16 + digit;
    } else if (byte === lf) this.#beginData();
    else if (byte === semicolon) this.#state = inExtension;
    else if (byte !== cr) throw new Error('the size of a chunk is not a number');
  }

  #beginSize(): void {
    this.#state = inSize;
    this.#size = 0;
    this.#digits = 0;
  }

  #beginData(): void {
    if (this.#digits === 0) throw new Error('a chunk without a size');
    this.#state = this.#size > 0 ? inData : inTrailer;
  }
}

function hexDigit(byte: number): number {
  if (byte >= zero && byte <= nine) return byte - zero;
  if (byte >= lowerA && byte <= lowerF) return byte - lowerA + 10;
  if (byte >= upperA && byte <= upperF) return byte - upperA + 10;
  return -1;
}
