import { timeBytes } from './log-time.js';

/** Messages remembered, at first and at most: a log file of 20 MB holds about so many. Four bytes each. */
const rememberedMin = 256;
const rememberedMax = 131_072;
/** What is remembered should reach back this far: a follower that lags may read that much of a file before it reads it again. */
const reachMs = 10_000;
/** Where a timestamp is read, four bytes at a time: their order as numbers is their order as text. The last ones overlap. */
const words = [0, 4, 8, 12, 16, 20, 24, timeBytes - 4] as const;

/** A message that is older than its stream's newest, and not among those remembered: the log's file tells whether it is new. */
export class LogDoubt extends Error {
  override readonly name = 'LogDoubt';

  /** @param mark known as new when it is met in a request that begins anew. */
  constructor(readonly mark: number) {
    super('a message is older than one before it: the clock was set back, or the file is read again');
  }
}

/**
 * Passes over what dockerd brings twice. When it rotates a log's file, an engine of 20.10 opens the new file for its followers, reads what is
 * there, then opens the same file again and reads it from its beginning: the file's first messages, one to hundreds, come a second time, in
 * order, then what follows them. Seen with `local` and `json-file`, at six rotations of seven.
 *
 * Within one of a container's two streams time never goes back. So a message that is not newer than its stream's newest is looked up among those
 * that came over this connection, and as long as one after the other is the same as then, they are passed over. One that is older and was not
 * there is in doubt: a clock that was set back looks like this too. Then the request is to be made anew, from where we are: what is stored in
 * files is read once.
 */
export class RereadFilter {
  #remembered = new Int32Array(0);
  /** Messages remembered since the connection was opened; all but the last ones are overwritten. */
  #count = 0;
  #lapAtMs = 0;
  /** While messages come again: which of those remembered comes next. */
  #next = -1;
  readonly #newest = [new Int32Array(words.length), new Int32Array(words.length)] as const;
  readonly #isInLine: [boolean, boolean] = [false, false];

  /** @param known messages that were in doubt before, and are new. */
  constructor(private readonly known: ReadonlySet<number> = new Set()) {}

  /** When the log's file was last seen to be rotated, in milliseconds; 0 for never. */
  rotatedMs = 0;

  /**
   * @param stream 0 or 1, of the container's two. @param isWhole false for a part of a line that is not its last: parts share a timestamp, and may
   * be the same. @throws LogDoubt
   */
  isRepeated(bytes: Buffer, at: number, end: number, stream: 0 | 1, isWhole: boolean): boolean {
    const mark = markOf(bytes, at, end, stream);
    if (this.#next >= 0) {
      if (this.#next < this.#count && this.#at(this.#next) === mark) {
        this.#next += 1;
        return true;
      }
      this.#next = -1;
    }
    const order = advance(this.#newest[stream], bytes, at);
    if (order < 0 || (order === 0 && !this.#isInLine[stream])) {
      const found = this.#find(mark);
      if (found >= 0) {
        this.#next = found + 1;
        this.rotatedMs = Date.now();
        return true;
      }
      if (order < 0) this.#beginAgain(mark, bytes, at, stream);
    }
    this.#isInLine[stream] = !isWhole;
    this.#remember(mark);
    return false;
  }

  /** The clock was set back: time goes on from here. */
  #beginAgain(mark: number, bytes: Buffer, at: number, stream: 0 | 1): void {
    if (!this.known.has(mark)) throw new LogDoubt(mark);
    for (const newest of this.#newest) newest.fill(0);
    advance(this.#newest[stream], bytes, at);
  }

  #at(index: number): number | undefined {
    return this.#remembered[index % this.#remembered.length];
  }

  /** The newest that is the same. */
  #find(mark: number): number {
    const oldest = Math.max(0, this.#count - this.#remembered.length);
    for (let index = this.#count - 1; index >= oldest; index -= 1) if (this.#at(index) === mark) return index;
    return -1;
  }

  #remember(mark: number): void {
    const size = this.#remembered.length;
    if (this.#count % Math.max(1, size) === 0) this.#beginLap(size);
    this.#remembered[this.#count % this.#remembered.length] = mark;
    this.#count += 1;
  }

  /** All places are taken once more: a log that is fast needs more of them. */
  #beginLap(size: number): void {
    const now = Date.now();
    const isFast = now - this.#lapAtMs < reachMs;
    this.#lapAtMs = now;
    if (size > 0 && (!isFast || size >= rememberedMax)) return;
    const grown = new Int32Array(Math.max(rememberedMin, 2 * size));
    grown.set(this.#remembered);
    this.#remembered = grown;
    // From here on a message's place is another: those remembered are the first ones.
    this.#count = size;
  }
}

/** Takes the time at `at` if it is newer. @returns above 0 then, 0 for the same, below 0 for an older one. */
function advance(newest: Int32Array, bytes: Buffer, at: number): number {
  for (let index = 0; index < words.length; index += 1) {
    const difference = bytes.readInt32BE(at + (words[index] ?? 0)) - (newest[index] ?? 0);
    if (difference === 0) continue;
    if (difference > 0) for (let rest = index; rest < words.length; rest += 1) newest[rest] = bytes.readInt32BE(at + (words[rest] ?? 0));
    return difference;
  }
  return 0;
}

/** Tells a message from others of its container: by its nanosecond, its stream, its length, and some of its text, the front above all. */
function markOf(bytes: Buffer, at: number, end: number, stream: number): number {
  const [textAt, last] = [at + timeBytes + 1, end - 4];
  let mark = Math.imul(bytes.readInt32BE(at + 16) ^ (end - at), 0x9e3779b1) ^ stream;
  mark = mixed(mark, bytes.readInt32BE(at + 20));
  mark = mixed(mark, bytes.readInt32BE(at + 24));
  mark = mixed(mark, bytes.readInt32BE(at + timeBytes - 4));
  mark = mixed(mark, bytes.readInt32BE(Math.min(last, textAt)));
  mark = mixed(mark, bytes.readInt32BE(Math.min(last, textAt + 6)));
  mark = mixed(mark, bytes.readInt32BE(Math.min(last, (textAt + end) >>> 1)));
  return mixed(mark, bytes.readInt32BE(last));
}

function mixed(mark: number, word: number): number {
  const next = Math.imul((mark >>> 15) ^ mark ^ word, 0x85ebca6b);
  return next ^ (next >>> 13);
}
