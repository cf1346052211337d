// The lines that everything here is about: 150 bytes of text that begin with a number of ten digits, and before it Docker's timestamp.

export const timeBytes = 30;
export const textBytes = 150;
export const numberDigits = 10;

/** As Docker's stream has a line: a chunk of HTTP's chunked coding that holds one frame. */
const frameBytes = 8 + timeBytes + 1 + textBytes + 1;
const chunkHead = Buffer.from(`${frameBytes.toString(16)}\r\n`);
/** As a log file has it. */
const plainLine = Buffer.from(`${' '.repeat(timeBytes + 1)}${'0'.repeat(numberDigits)} ${'x'.repeat(textBytes - numberDigits - 1)}\n`);
const frameHead = Buffer.from([1, 0, 0, 0, 0, 0, 0, frameBytes - 8]);
const chunkedLine = Buffer.concat([chunkHead, frameHead, plainLine, Buffer.from('\r\n')]);

const blockLines = 320;
const [digitZero, fractionAt] = [0x30, 20];

/** Writes lines of one kind into blocks, which are used again once they are sent. */
export class LineWriter {
  #idle = [];

  /** @param kind `chunked` or `plain`. @param baseSeconds what times count from. */
  constructor(kind, baseSeconds) {
    this.baseSeconds = baseSeconds;
    this.line = kind === 'chunked' ? chunkedLine : plainLine;
    this.timeAt = kind === 'chunked' ? chunkHead.length + frameHead.length : 0;
  }

  /** Lines `from` to below `to` of a log, at most a block of them. @param timeOf nanoseconds since the base, by number. */
  write(from, to, timeOf) {
    const block = this.#idle.pop() ?? { bytes: Buffer.concat(Array(blockLines).fill(this.line)), second: -1 };
    const lines = Math.min(blockLines, to - from);
    const { bytes } = block;
    const [firstSecond, lastSecond] = [secondOf(timeOf(from)), secondOf(timeOf(from + lines - 1))];
    const isSame = firstSecond === lastSecond && firstSecond === block.second;
    for (let index = 0; index < lines; index += 1) {
      const at = index * this.line.length + this.timeAt;
      const nanoseconds = timeOf(from + index);
      const second = secondOf(nanoseconds);
      if (!isSame) bytes.write(`${this.#secondText(second)}.000000000Z `, at, 'latin1');
      writeDigits(bytes, at + fractionAt, 9, nanoseconds - second * 1e9);
      writeDigits(bytes, at + timeBytes + 1, numberDigits, from + index);
    }
    // Further lines of the block still have the second that they had before: only a full block is known to be of one.
    block.second = firstSecond === lastSecond && (lines === blockLines || isSame) ? firstSecond : -1;
    return { lines, bytes: bytes.subarray(0, lines * this.line.length), free: () => this.#idle.push(block) };
  }

  #known = { second: -1, text: '' };
  #secondText(second) {
    if (this.#known.second !== second) {
      this.#known = { second, text: new Date((this.baseSeconds + second) * 1_000).toISOString().slice(0, 19) };
    }
    return this.#known.text;
  }
}

const secondOf = (nanoseconds) => Math.floor(nanoseconds / 1e9);

function writeDigits(bytes, at, digits, value) {
  for (let index = at + digits - 1, rest = value; index >= at; index -= 1) {
    const next = Math.floor(rest / 10);
    bytes[index] = digitZero + rest - next * 10;
    rest = next;
  }
}

/** A number of `digits` digits at `at`; -1 when there is none. */
export function readDigits(bytes, at, digits) {
  let value = 0;
  for (let index = at; index < at + digits; index += 1) {
    const digit = bytes[index] - digitZero;
    if (!(digit >= 0 && digit <= 9)) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** The wall clock in milliseconds, with its fraction. */
export const clockMs = () => performance.timeOrigin + performance.now();
