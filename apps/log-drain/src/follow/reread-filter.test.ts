import { describe, expect, it } from 'vitest';
import { dockerTime, seeded } from '../testing/docker-frames.js';
import { LogDoubt, RereadFilter } from './reread-filter.js';

interface Message {
  readonly nanos: number;
  readonly stream: 0 | 1;
  readonly text: string;
  readonly isWhole: boolean;
}

const line = (nanos: number, text = 'a line', stream: 0 | 1 = 0): Message => ({ nanos, stream, text, isWhole: true });
const part = (nanos: number, text: string): Message => ({ nanos, stream: 0, text, isWhole: false });

function isRepeated(filter: RereadFilter, { nanos, stream, text, isWhole }: Message): boolean {
  const bytes = Buffer.from(`${dockerTime(nanos)} ${text}${isWhole ? '\n' : ''}`);
  return filter.isRepeated(bytes, 0, bytes.length, stream, isWhole);
}

function passed(filter: RereadFilter, messages: readonly Message[]): Message[] {
  return messages.filter((message) => !isRepeated(filter, message));
}

/** A log file as containers write it: each stream's times go on, those of both together nearly so; texts repeat, lines are long. */
function randomFile(random: () => number, from: number): Message[] {
  const clocks = [from, from];
  const file: Message[] = [];
  while (file.length < 60) {
    const stream = random() < 0.7 ? 0 : 1;
    const nanos = (clocks[stream] ?? 0) + 1 + Math.floor(random() ** 4 * 1e9);
    clocks[stream] = nanos;
    // A file that begins with one of a line's equal parts cannot be told from one that is read again.
    const isLong = file.length > 0 && stream === 0 && random() < 0.1;
    if (isLong) for (let parts = Math.floor(random() * 4); parts > 0; parts -= 1) file.push(part(nanos, 'x'.repeat(100)));
    file.push(line(nanos, random() < 0.5 ? 'again' : `message ${String(file.length)}`, stream));
  }
  return file;
}

/** As dockerd 20.10 reads a new file for who follows: some of it, and then the file from its beginning. */
function withReread(file: readonly Message[], random: () => number): Message[] {
  const first = random() < 0.2 ? [] : file.slice(0, 1 + Math.floor(random() ** 2 * file.length));
  return [...first, ...file];
}

describe('RereadFilter', () => {
  it('passes over what is read again, and over nothing else', () => {
    for (let seed = 0; seed < 300; seed += 1) {
      const random = seeded(seed);
      const filter = new RereadFilter();
      for (let number = 0; number < 8; number += 1) {
        const file = randomFile(random, number * 60e9);
        expect({ seed, passed: passed(filter, withReread(file, random)) }).toEqual({ seed, passed: file });
      }
    }
  });

  it('sees one line read again: what comes of most rotations of a quiet log', () => {
    const filter = new RereadFilter();
    expect(passed(filter, [line(1), line(2), line(2), line(3), line(4), line(4)])).toEqual([line(1), line(2), line(3), line(4)]);
    expect(filter.rotatedMs).toBeGreaterThan(0);
  });

  it('keeps the equal parts of a long line, and what has the time of another', () => {
    const filter = new RereadFilter();
    const messages = [line(1), part(2, 'xxxx'), part(2, 'xxxx'), line(2, 'end'), line(2, 'end', 1), line(3)];
    expect(passed(filter, messages)).toEqual(messages);
    expect(filter.rotatedMs).toBe(0);
  });

  it('is in doubt over an older message that did not come before, until it is known', () => {
    const known = new Set<number>();
    const first = new RereadFilter(known);
    expect(passed(first, [line(100), line(200)])).toHaveLength(2);
    try {
      isRepeated(first, line(50));
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(LogDoubt);
      known.add((error as LogDoubt).mark);
    }
    // The clock was set back, so time goes on from there, in both streams.
    const messages = [line(100), line(200), line(50), line(40, 'other stream', 1), line(60)];
    expect(passed(new RereadFilter(known), messages)).toEqual(messages);
  });

  it('remembers a file of 20 MB that is read again from its beginning', () => {
    const filter = new RereadFilter();
    const file = Array.from({ length: 100_000 }, (_, index) => line(index * 1_000, String(index)));
    expect(passed(filter, file)).toHaveLength(100_000);
    expect(passed(filter, [...file, line(1e12)])).toEqual([line(1e12)]);
  });
});
