import type { LineTaker } from './line-taker.js';
import { hashOf, type LogPosition, type MessageMark } from './log-position.js';
import { timeBytes } from './log-time.js';

/** For readings that only count. */
export const nowhere: LineTaker = { hasRoom: true, add: () => {} };
export const alwaysRoom = { hasRoom: true, refresh: () => {}, whenRoom: () => {}, forget: () => {} };

/** What was read and not taken: how many lines, and the last message. */
export interface Skimmed {
  readonly count: number;
  readonly last: MessageMark;
}

/**
 * Stands in for a position where messages are only counted. While nobody takes lines, a log is read all the same: when its files are rotated
 * before the lines can be taken, it is known how many are missing.
 */
export class MessageCounter {
  #count = 0;
  #last: MessageMark | null = null;
  #isCounting: boolean;
  #isPart = false;

  /**
   * @param from the first message to count; null for the very next. @param upTo the last one; null for all.
   * @param position a stream that is resumed brings known messages first: those are not counted.
   */
  constructor(
    private readonly from: MessageMark | null = null,
    private readonly upTo: MessageMark | null = null,
    private readonly position: Pick<LogPosition, 'isBeyond'> | null = null,
  ) {
    this.#isCounting = from === null;
  }

  /** True once `upTo` was counted. */
  isDone = false;

  get skimmed(): Skimmed | null {
    return this.#last && { count: this.#count, last: this.#last };
  }

  admit(bytes: Buffer, at: number, end: number): boolean {
    const isPart = this.#isPart;
    this.#isPart = false;
    if (this.isDone || (this.position && !this.position.isBeyond(bytes, at, end))) return false;
    const mark = { at: bytes.toString('latin1', at, at + timeBytes), hash: hashOf(bytes, at, end) };
    if (!this.#isCounting && this.from && isSame(mark, this.from)) this.#isCounting = true;
    if (!this.#isCounting) return false;
    if (!isPart) this.#count += 1;
    this.#last = mark;
    if (this.upTo && isSame(mark, this.upTo)) this.isDone = true;
    return false;
  }

  isBeyond(): boolean {
    return true;
  }

  /** Of a long line the last part counts. */
  hold(): void {
    this.#isPart = true;
  }

  release(): void {}
}

function isSame(a: MessageMark, b: MessageMark): boolean {
  return a.at === b.at && a.hash === b.hash;
}
