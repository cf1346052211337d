import { describe, expect, it } from 'vitest';
import { ChunkedBody } from './chunked-body.js';
import { inPieces, randomBody, randomlyChunked, seeded } from './testing/chunked.js';

/** Decodes piece by piece; says after how many bytes of `coded` it was complete for the first time. */
function decodeAll(pieces: readonly Buffer[]): { data: Buffer; completeAfter: number | null; parts: Buffer[] } {
  const body = new ChunkedBody();
  const parts: Buffer[] = [];
  let completeAfter: number | null = null;
  let read = 0;
  for (const piece of pieces) {
    read += piece.length;
    parts.push(body.decode(piece));
    if (body.isComplete) completeAfter ??= read;
  }
  return { data: Buffer.concat(parts), completeAfter, parts };
}

const decodeText = (coded: string): string => {
  const body = new ChunkedBody();
  return body.decode(Buffer.from(coded, 'latin1')).toString('latin1');
};
const bytesOf = (bytes: Buffer): Buffer[] => inPieces(bytes, () => 0, 1);

describe('ChunkedBody', () => {
  it('gives back the body, whatever it holds, however it was chunked and wherever it is cut', () => {
    for (let seed = 0; seed < 400; seed += 1) {
      const random = seeded(seed);
      const body = randomBody(random, 600);
      const coded = randomlyChunked(body, random, 1 + Math.floor(random() * 80));
      const { data, completeAfter } = decodeAll(inPieces(coded, random, 1 + Math.floor(random() * 100)));
      expect(data.equals(body), `seed ${String(seed)}`).toBe(true);
      expect(completeAfter).toBe(coded.length);
    }
  });

  it('gives back the body byte by byte, and is complete with the last byte and not before', () => {
    for (let seed = 1_000; seed < 1_100; seed += 1) {
      const random = seeded(seed);
      const body = randomBody(random, 200);
      const coded = randomlyChunked(body, random, 40);
      const { data, completeAfter } = decodeAll(bytesOf(coded));
      expect(data.equals(body), `seed ${String(seed)}`).toBe(true);
      expect(completeAfter).toBe(coded.length);
    }
  });

  it('gives back the body when it is cut once, at any place', () => {
    const body = Buffer.from('Wiki\r\npedia in \r\n\r\nchunks.');
    const coded = Buffer.from('4\r\nWiki\r\n7;a=b\r\n\r\npedia\r\nf\r\n in \r\n\r\nchunks.\r\n0\r\nx: 1\r\n\r\n', 'latin1');
    for (let cut = 0; cut <= coded.length; cut += 1) {
      const { data } = decodeAll([Buffer.from(coded.subarray(0, cut)), Buffer.from(coded.subarray(cut))]);
      expect(data.toString()).toBe(body.toString());
    }
  });

  it('gives what it has at once: data of a chunk that has not ended is not held back', () => {
    const body = new ChunkedBody();
    expect(body.decode(Buffer.from('a\r\n01234')).toString()).toBe('01234');
    expect(body.decode(Buffer.from('56789')).toString()).toBe('56789');
    expect(body.isComplete).toBe(false);
  });

  it('returns parts that later calls do not write to', () => {
    const random = seeded(7);
    const body = randomBody(random, 5_000);
    const { parts } = decodeAll(inPieces(randomlyChunked(body, random, 60), random, 90));
    expect(Buffer.concat(parts).equals(body)).toBe(true);
  });

  it('takes extensions, trailer fields and bare line feeds for what they are, and ignores what follows the end', () => {
    expect(decodeText('3;x\r\nabc\r\n0;y="1"\r\nTrailer-1: 5\r\nTrailer-2: \r\n\r\n')).toBe('abc');
    expect(decodeText('3\nabc\n0\n\n')).toBe('abc');
    expect(decodeText('3\r\nabc\r\n0\r\n\r\n3\r\ndef\r\n')).toBe('abc');
    expect(decodeText('00000003\r\nabc\r\n0\r\n\r\n')).toBe('abc');
  });

  it('takes an empty body for a whole one', () => {
    const { data, completeAfter } = decodeAll(bytesOf(Buffer.from('0\r\n\r\n')));
    expect([data.length, completeAfter]).toEqual([0, 5]);
  });

  it.each(['', '0', '0\r\n', '0\r\nx: 1\r\n', '3\r\nabc\r\n', '3\r\nabc', '3\r\nabc\r\n0\r\n\r'])('%j is not a whole body', (coded) => {
    const body = new ChunkedBody();
    body.decode(Buffer.from(coded));
    expect(body.isComplete).toBe(false);
  });

  it.each([
    ['a size that is no number', 'xyz\r\n'],
    ['a negative size', '-1\r\n'],
    ['no size', '\r\nabc'],
    ['no size but an extension', ';x\r\nabc'],
    ['a size beyond what a chunk can be', '123456789\r\n'],
    ['a chunk that goes on beyond its size', '3\r\nabcd\r\n'],
    ['a size that is missing between two chunks', '3\r\nabc\r\n\r\n'],
    ['Docker’s frames without any coding', '\u0001\0\0\0\0\0\0\u0005hello'],
  ])('throws at %s, in one piece or byte by byte', (_, coded) => {
    expect(() => decodeText(coded)).toThrow(/chunk/);
    expect(() => decodeAll(bytesOf(Buffer.from(coded, 'latin1')))).toThrow(/chunk/);
  });
});
