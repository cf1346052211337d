import { crc32 } from 'node:zlib';
import { compareTime, shiftTime, timeBytes, timeToMs, timeToSince } from './log-time.js';

/** How far one container's log was taken: what is stored, and what a request resumes from. All times are Docker's, or empty. */
export interface StoredPosition {
  /** Time of a message that was newer than all before it. */
  readonly anchorAt: string;
  /** Tells that message from another of the same nanosecond. */
  readonly anchorHash: string;
  /** Messages taken since the anchor, itself included, that a request from `anchorAt` less the slack returns. */
  readonly followed: number;
  /** Newest message taken. */
  readonly lastAt: string;
}

/** One message of a log: its time, and what tells it from another of the same nanosecond. */
export interface MessageMark {
  readonly at: string;
  readonly hash: string;
}

/** The log goes on with `next`, but what came between that and the newest message taken (`lastAt`, empty for none) is gone. */
export class LogGap extends Error {
  override readonly name = 'LogGap';

  constructor(
    readonly lastAt: string,
    readonly next: MessageMark,
  ) {
    super(`messages between ${lastAt} and ${next.at} are gone`);
  }

  /** Where to go on. */
  get resumeFrom(): StoredPosition {
    return { anchorAt: this.next.at, anchorHash: this.next.hash, followed: 0, lastAt: this.lastAt };
  }
}

/** A request asks for this much more before the anchor: the two streams of a container are written side by side and may swap by a little. */
const slackSeconds = 1;
/** The anchor stays this far behind, so that what is written late is not behind it. */
const anchorAgeMs = 2_000;
/** A message this much older than the newest means that the host's clock was set back. */
const stepBackMs = 5_000;

const live = 0;
const seekingAnchor = 1;
const skippingFollowed = 2;
const afterGap = 3;

/**
 * Where we are in one container's log. Docker gives no offsets, and its `since` is inclusive; but a log file has an order. So a position is an
 * anchor (a message that was newer than everything before it, by time and checksum) and how many messages were taken from there on.
 * Resuming asks from a little before the anchor, finds it, and skips that many: nothing twice, nothing left out, also where times repeat or
 * swap. An anchor that is not there any more was rotated away: that is a gap, and is thrown.
 */
export class LogPosition {
  #mode = live;
  #toSkip = 0;
  #anchorAt: string;
  #anchorHash: string;
  #anchor = Buffer.alloc(timeBytes);
  #bound = Buffer.alloc(timeBytes);
  #followed: number;
  readonly #newest = Buffer.alloc(timeBytes);
  #candidateAt = '';
  #candidateHash = '';
  readonly #candidateBound = Buffer.alloc(timeBytes);
  #candidateFollowed = 0;
  #wantsCandidate = true;
  #held: StoredPosition | null = null;

  /** @param from `anchorAt` without a hash means: begin there. With a hash and nothing `followed`: begin with that very message. */
  constructor(
    from: StoredPosition,
    /** What is told until `release`: a line is under way since an earlier stream. */
    held: StoredPosition | null = null,
  ) {
    this.#held = held;
    this.#anchorAt = from.anchorAt;
    this.#anchorHash = from.anchorHash;
    this.#followed = from.followed;
    this.#newest.write(from.lastAt, 'latin1');
    this.#placeAnchor();
  }

  /** What to ask Docker for, as its `since`. The messages that follow are then known ones until we are where we were. */
  resume(): string {
    if (this.#anchorHash === '') return timeToSince(this.#anchorAt);
    this.#mode = seekingAnchor;
    this.#toSkip = this.#followed;
    return timeToSince(shiftTime(this.#anchorAt, -slackSeconds));
  }

  /**
   * Decides whether the message at `at` (its timestamp) up to `end` is new, and if so counts it as taken.
   * @throws LogGap when messages before it are gone.
   */
  admit(bytes: Buffer, at: number, end: number): boolean {
    const order = compareTime(bytes, at, this.#newest);
    if (this.#mode !== live && !this.#isNew(bytes, at, end, order)) return false;
    if (order > 0) {
      bytes.copy(this.#newest, 0, at, at + timeBytes);
      if (this.#wantsCandidate) return this.#propose(bytes, at, end);
    } else if (order < 0) return this.#late(bytes, at, end);
    this.#followed += 1;
    this.#candidateFollowed += 1;
    return true;
  }

  /**
   * Decides the same of a message that is not taken, only counted.
   * @throws LogGap as `admit`.
   */
  isBeyond(bytes: Buffer, at: number, end: number): boolean {
    return this.#mode === live || this.#isNew(bytes, at, end, compareTime(bytes, at, this.#newest));
  }

  /** Until `release`, the position told is the present one: what comes now is taken in parts, and not yet whole. */
  hold(): void {
    this.#held ??= this.#present();
  }

  release(): void {
    this.#held = null;
  }

  /** For the next stream: exactly here, also in the middle of a line. */
  reopened(): LogPosition {
    return new LogPosition(this.#present(), this.#held);
  }

  /** The position to store once everything admitted so far has been delivered. Moves the anchor on when it has become old. */
  stored(): StoredPosition {
    if (this.#held) return this.#held;
    const newest = this.#newestText();
    if (this.#candidateAt !== '' && timeToMs(newest) - timeToMs(this.#candidateAt) >= anchorAgeMs) {
      this.#anchorAt = this.#candidateAt;
      this.#anchorHash = this.#candidateHash;
      this.#followed = this.#candidateFollowed;
      this.#candidateAt = '';
      this.#placeAnchor();
    }
    this.#wantsCandidate = this.#candidateAt === '';
    return this.#present();
  }

  #present(): StoredPosition {
    return { anchorAt: this.#anchorAt, anchorHash: this.#anchorHash, followed: this.#followed, lastAt: this.#newestText() };
  }

  #newestText(): string {
    return this.#newest[0] === 0 ? '' : this.#newest.toString('latin1');
  }

  /** Newer than all before it: the next anchor, or the first. */
  #propose(bytes: Buffer, at: number, end: number): true {
    const time = bytes.toString('latin1', at, at + timeBytes);
    if (this.#anchorHash === '') {
      this.#anchorAt = time;
      this.#anchorHash = hashOf(bytes, at, end);
      this.#followed = 1;
      this.#placeAnchor();
      return true;
    }
    this.#followed += 1;
    this.#candidateAt = time;
    this.#candidateHash = hashOf(bytes, at, end);
    this.#candidateFollowed = 1;
    this.#candidateBound.write(shiftTime(time, -slackSeconds), 'latin1');
    this.#wantsCandidate = false;
    return true;
  }

  /** Older than the newest: counted where a request from the anchor returns it. Far too old means that the clock was set back: begin again. */
  #late(bytes: Buffer, at: number, end: number): true {
    if (compareTime(bytes, at, this.#candidateBound) >= 0) this.#candidateFollowed += 1;
    if (compareTime(bytes, at, this.#bound) >= 0) {
      this.#followed += 1;
      return true;
    }
    const time = bytes.toString('latin1', at, at + timeBytes);
    if (timeToMs(this.#newestText()) - timeToMs(time) < stepBackMs) return true;
    this.#newest.write(time, 'latin1');
    this.#anchorAt = time;
    this.#anchorHash = hashOf(bytes, at, end);
    this.#followed = 1;
    this.#candidateAt = '';
    this.#wantsCandidate = true;
    this.#placeAnchor();
    return true;
  }

  /** While resuming: known messages are passed over. */
  #isNew(bytes: Buffer, at: number, end: number, order: number): boolean {
    if (this.#mode === seekingAnchor) return this.#seek(bytes, at, end, order);
    if (this.#mode === skippingFollowed) {
      if (compareTime(bytes, at, this.#bound) < 0) return false;
      this.#toSkip -= 1;
      if (this.#toSkip === 0) this.#mode = live;
      return false;
    }
    if (order <= 0) return false;
    this.#mode = live;
    return true;
  }

  #seek(bytes: Buffer, at: number, end: number, order: number): boolean {
    const toAnchor = compareTime(bytes, at, this.#anchor);
    if (toAnchor < 0) return false;
    if (toAnchor === 0 && hashOf(bytes, at, end) === this.#anchorHash) {
      if (this.#toSkip === 0) {
        this.#mode = live;
        return true;
      }
      this.#toSkip -= 1;
      this.#mode = this.#toSkip > 0 ? skippingFollowed : live;
      return false;
    }
    // Nothing before the anchor was as new: it is gone. Where known messages are left, nothing is missing between them and the new ones.
    this.#mode = afterGap;
    if (order <= 0) return false;
    throw new LogGap(this.#newestText(), { at: bytes.toString('latin1', at, at + timeBytes), hash: hashOf(bytes, at, end) });
  }

  #placeAnchor(): void {
    if (this.#anchorAt === '') return;
    this.#anchor.write(this.#anchorAt, 'latin1');
    this.#bound.write(shiftTime(this.#anchorAt, -slackSeconds), 'latin1');
  }
}

/** Tells a message from others of its nanosecond; timestamp included, line end too. */
export function hashOf(bytes: Buffer, at: number, end: number): string {
  return `${crc32(bytes.subarray(at, end)).toString(16)}-${(end - at).toString(16)}`;
}
