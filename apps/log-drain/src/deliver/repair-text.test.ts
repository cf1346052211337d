import { isUtf8 } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { seeded } from '../testing/docker-frames.js';
import { frameBytesMax, readMessage, strictFrames } from '../testing/strict-frames.js';
import { repairText } from './repair-text.js';

const head = '<190>1 2026-11-26T10:00:00.000000000Z dockhero app dockhero.web.1 - - ';
const frame = (text: Buffer | string): Buffer => {
  const message = Buffer.concat([Buffer.from(head), Buffer.from(text)]);
  return Buffer.concat([Buffer.from(`${String(message.length)} `), message]);
};
const repaired = (...texts: (Buffer | string)[]): string[] =>
  strictFrames(repairText(Buffer.concat(texts.map(frame)))).map((message) => readMessage(message).text);

describe('repaired text', () => {
  it('shows NUL as U+2400 and bytes that are no UTF-8 as U+FFFD, and leaves the rest as it is', () => {
    expect(repaired('a\0b\0', Buffer.from([0x78, 0xc3, 0x28, 0xff]), '\u001B[31mrot\u001B[0m 😀\t', '')).toEqual([
      'a\u2400b\u2400',
      'x\uFFFD(\uFFFD',
      '\u001B[31mrot\u001B[0m 😀\t',
      '',
    ]);
  });

  it('keeps a byte order mark, and shows surrogates and overlong forms as what they are not', () => {
    expect(repaired('\uFEFFtext')).toEqual(['\uFEFFtext']);
    const [surrogate = '', overlong = ''] = repaired(Buffer.from([0xed, 0xa0, 0x80]), Buffer.from([0xc0, 0xaf]));
    expect([...new Set(surrogate + overlong)]).toEqual(['\uFFFD']);
  });

  it('is UTF-8 without NUL in frames that are counted right and not too long, whatever the bytes', () => {
    for (let seed = 0; seed < 60; seed += 1) {
      const random = seeded(seed);
      const texts = Array.from({ length: 1 + Math.floor(random() * 12) }, () => {
        const bytes = Math.floor(random() ** 2 * 10_001);
        const kind = random();
        if (kind < 0.3) return Buffer.alloc(bytes);
        if (kind < 0.5) return Buffer.from(['ü', '漢', '😀'][Math.floor(random() * 3)]?.repeat(bytes / 4) ?? '').subarray(0, bytes - 1);
        return Buffer.from(Array.from({ length: bytes }, () => Math.floor(random() * 256)));
      });
      const body = repairText(Buffer.concat(texts.map(frame)));
      expect(isUtf8(body) && !body.includes(0), `seed ${String(seed)}`).toBe(true);
      const frames = strictFrames(body);
      expect(frames).toHaveLength(texts.length);
      for (const message of frames) expect(readMessage(message).process).toBe('dockhero.web.1');
    }
  });

  it.each([0, 1, 2, 3])('cuts what has become too long between two characters (%i bytes before)', (lead) => {
    const [text = ''] = repaired(Buffer.concat([Buffer.from('x'.repeat(lead)), Buffer.alloc(10_000 - lead)]));
    const bytes = head.length + Buffer.byteLength(text);
    expect(bytes).toBeLessThanOrEqual(frameBytesMax);
    expect(bytes).toBeGreaterThan(frameBytesMax - 3);
    expect(text).toMatch(/^x*\u2400+$/);
  });
});
