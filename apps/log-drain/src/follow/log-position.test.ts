import { describe, expect, it } from 'vitest';
import { dockerTime, seeded } from '../testing/docker-frames.js';
import { LogGap, LogPosition, type StoredPosition } from './log-position.js';

const nowhere: StoredPosition = { anchorAt: '', anchorHash: '', followed: 0, lastAt: '' };
const second = 1e9;

interface Message {
  readonly nanos: number;
  readonly text: string;
}

/** Docker's log of one container: messages in the order of the file, times nearly in order. */
class LogFile {
  messages: Message[] = [];
  rotatedAway = 0;

  constructor(private readonly isOldEngine: boolean) {}

  /** @see docker-engine spec, section 5.1: engines up to 23 test each message alone, newer ones find the first and send all from there. */
  read(since: string): Message[] {
    const [seconds = '0', nanos = '0'] = since.split('.');
    const from = since === '0' ? Number.NEGATIVE_INFINITY : (Number(seconds) - base) * second + Number(nanos);
    const kept = this.messages.slice(this.rotatedAway);
    if (this.isOldEngine) return kept.filter((message) => message.nanos >= from);
    const first = kept.findIndex((message) => message.nanos >= from);
    return first < 0 ? [] : kept.slice(first);
  }
}

const base = Date.UTC(2026, 10, 26, 10) / 1_000;

function bytesOf({ nanos, text }: Message): Buffer {
  return Buffer.from(`${dockerTime(nanos)} ${text}\n`);
}

/** Writes some messages: times repeat, swap by a little, texts repeat. */
function write(file: LogFile, random: () => number, clock: { nanos: number }): void {
  for (let count = Math.floor(random() * 30); count > 0; count -= 1) {
    clock.nanos += random() < 0.2 ? 0 : Math.floor(random() ** 4 * 3 * second);
    const swap = random() < 0.2 ? Math.floor(random() * 0.3 * second) : 0;
    const text = random() < 0.3 ? 'again' : `message ${String(file.messages.length)}`;
    file.messages.push({ nanos: Math.max(0, clock.nanos - swap), text });
  }
}

/** One stream: opened at the position, read for a while, and left; a gap is noted and the log goes on behind it. */
function readSome(file: LogFile, stored: StoredPosition, random: () => number, taken: Message[], gaps: string[][]): LogPosition {
  const position = new LogPosition(stored);
  const messages = file.read(position.resume());
  const until = random() < 0.5 ? messages.length : Math.floor(random() * messages.length);
  for (const message of messages.slice(0, until)) {
    const bytes = bytesOf(message);
    try {
      if (position.admit(bytes, 0, bytes.length)) taken.push(message);
    } catch (error) {
      if (!(error instanceof LogGap)) throw error;
      gaps.push([error.lastAt, error.next.at]);
      return readSome(file, error.resumeFrom, random, taken, gaps);
    }
    if (random() < 0.1) position.stored();
  }
  return position;
}

describe('LogPosition', () => {
  it.each([true, false])('takes each message once, however often streams break off (old engine: %s)', (isOldEngine) => {
    for (let seed = 0; seed < 400; seed += 1) {
      const random = seeded(seed);
      const file = new LogFile(isOldEngine);
      const clock = { nanos: 10 * second };
      const taken: Message[] = [];
      const gaps: string[][] = [];
      let stored = nowhere;
      for (let round = 0; round < 25; round += 1) {
        write(file, random, clock);
        stored = readSome(file, stored, random, taken, gaps).stored();
      }
      readSome(file, stored, () => 0, taken, gaps);
      expect({ seed, texts: taken.map(({ text }) => text) }).toEqual({ seed, texts: file.messages.map(({ text }) => text) });
      expect(gaps).toEqual([]);
    }
  });

  it('after a crash takes again what was taken since the position was stored, and no more', () => {
    for (let seed = 0; seed < 200; seed += 1) {
      const random = seeded(seed);
      const file = new LogFile(true);
      const clock = { nanos: 10 * second };
      let stored = nowhere;
      let storedCount = 0;
      for (let round = 0; round < 10; round += 1) {
        write(file, random, clock);
        const taken: Message[] = [];
        const position = readSome(file, stored, random, taken, []);
        expect(taken).toEqual(file.messages.slice(storedCount, storedCount + taken.length));
        if (random() < 0.5) continue; // crashed: what was taken is not stored
        stored = position.stored();
        storedCount += taken.length;
      }
    }
  });

  it('tells of a gap when the anchor and all that was taken are rotated away, with the times on both sides', () => {
    const file = new LogFile(true);
    file.messages = Array.from({ length: 100 }, (_, index) => ({ nanos: index * second, text: String(index) }));
    const taken: Message[] = [];
    const stored = readSome({ read: () => file.messages.slice(0, 50) } as unknown as LogFile, nowhere, () => 0, taken, []).stored();
    const gaps: string[][] = [];
    file.rotatedAway = 60;
    readSome(file, stored, () => 0, taken, gaps);
    expect(gaps).toEqual([[dockerTime(49 * second), dockerTime(60 * second)]]);
    expect(taken.map(({ text }) => text)).toEqual([...range(0, 50), ...range(60, 100)]);
  });

  it('tells of no gap when only messages that were taken are rotated away', () => {
    const file = new LogFile(true);
    file.messages = Array.from({ length: 100 }, (_, index) => ({ nanos: index * 0.1 * second, text: String(index) }));
    const taken: Message[] = [];
    const gaps: string[][] = [];
    const stored = readSome({ read: () => file.messages.slice(0, 50) } as unknown as LogFile, nowhere, () => 0, taken, []).stored();
    file.rotatedAway = 45;
    readSome(file, stored, () => 0, taken, gaps);
    expect(gaps).toEqual([]);
    expect(taken.map(({ text }) => text)).toEqual(range(0, 100));
  });

  it('goes on when the host’s clock is set back by hours', () => {
    const file = new LogFile(true);
    file.messages = Array.from({ length: 20 }, (_, index) => ({ nanos: (10_000 + index) * second, text: `before ${String(index)}` }));
    const taken: Message[] = [];
    let stored = readSome(file, nowhere, () => 0, taken, []).stored();
    file.messages.push(...Array.from({ length: 20 }, (_, index) => ({ nanos: (100 + index) * second, text: `after ${String(index)}` })));
    // The stream was open when it happened.
    const position = new LogPosition(stored);
    for (const message of file.messages.slice(20, 30)) {
      const bytes = bytesOf(message);
      if (position.admit(bytes, 0, bytes.length)) taken.push(message);
    }
    stored = position.stored();
    file.rotatedAway = 20;
    readSome(file, stored, () => 0, taken, []);
    expect(taken).toEqual(file.messages);
  });

  it('begins where it is told to for a container that is older than we are', () => {
    const position = new LogPosition({ ...nowhere, anchorAt: dockerTime(5 * second) });
    expect(position.resume()).toBe(`${String(base + 5)}.000000000`);
    expect(new LogPosition(nowhere).resume()).toBe('0');
  });
});

function range(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, index) => String(from + index));
}
