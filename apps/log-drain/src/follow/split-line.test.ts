import { isUtf8 } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { seeded } from '../testing/docker-frames.js';
import { cutLine, lastPart, textBytesMax } from './split-line.js';

/** A line as it is shown: its parts in order. */
function partsOf(text: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  let rest = text;
  for (let cut = cutLine(rest, false); cut; cut = cutLine(rest, parts.length > 0)) {
    parts.push(cut.part);
    ({ rest } = cut);
  }
  return [...parts, parts.length > 0 ? lastPart(rest) : rest];
}

/** The line that was cut: its parts without the marks at their seams. */
function joined(parts: readonly Buffer[]): Buffer {
  return Buffer.concat(
    parts.map((part, index) => {
      const [begin, end] = [index > 0 ? 3 : 0, index < parts.length - 1 ? part.length - 3 : part.length];
      for (const mark of [part.subarray(0, begin), part.subarray(end)]) if (mark.length > 0) expect(mark.toString()).toBe('…');
      return part.subarray(begin, end);
    }),
  );
}

describe('a long line', () => {
  it('is left as it is up to the longest that is taken, and cut beyond', () => {
    expect(cutLine(Buffer.from('x'.repeat(textBytesMax)), false)).toBeNull();
    expect(cutLine(Buffer.from('x'.repeat(textBytesMax + 1)), false)).not.toBeNull();
    expect(cutLine(Buffer.from('x'.repeat(textBytesMax - 3)), true)).toBeNull();
    expect(cutLine(Buffer.from('x'.repeat(textBytesMax - 2)), true)).not.toBeNull();
    expect(cutLine(Buffer.alloc(0), false)).toBeNull();
  });

  it.each(['x', 'ü', '漢', '😀'])('of %s is cut between characters, seams marked, nothing lost, wherever the border falls', (letter) => {
    for (let lead = 0; lead < 8; lead += 1) {
      for (const bytes of [9_990, 10_000, 10_010, 25_000, 64_000]) {
        const text = Buffer.from('a'.repeat(lead) + letter.repeat(bytes / Buffer.byteLength(letter)));
        const parts = partsOf(text);
        expect(joined(parts).equals(text)).toBe(true);
        for (const part of parts) expect(part.length <= textBytesMax && isUtf8(part)).toBe(true);
        for (const part of parts.slice(0, -1)) expect(part.length).toBeGreaterThan(textBytesMax - 4);
      }
    }
  });

  it('of anything is cut into parts that fit, and nothing is lost', () => {
    for (let seed = 0; seed < 40; seed += 1) {
      const random = seeded(seed);
      const text = Buffer.from(Array.from({ length: Math.floor(random() * 40_000) }, () => Math.floor(random() * 256)));
      const parts = partsOf(text);
      expect(joined(parts).equals(text)).toBe(true);
      expect(Math.max(...parts.map(({ length }) => length))).toBeLessThanOrEqual(textBytesMax);
    }
  });

  it('of nothing but continuation bytes is cut all the same', () => {
    const text = Buffer.alloc(30_000, 0x80);
    const parts = partsOf(text);
    expect(joined(parts).equals(text)).toBe(true);
    expect(parts).toHaveLength(4);
  });
});
