import { describe, expect, it } from 'vitest';
import type { Severity } from '../deliver/batch.js';
import { dockerFrame, dockerTime, inPieces, seeded } from '../testing/docker-frames.js';
import { LogDecoder } from './decode-log.js';
import { LogPosition } from './log-position.js';
import { textBytesMax } from './split-line.js';

const nowhere = { anchorAt: '', anchorHash: '', followed: 0, lastAt: '' };

/** Takes lines as text; has room for `room` more. */
class Lines {
  readonly taken: { severity: Severity; at: string; text: string }[] = [];
  room = Number.POSITIVE_INFINITY;

  get hasRoom(): boolean {
    return this.room > 0;
  }

  add(severity: Severity, source: Buffer, timeAt: number, textAt: number, textEnd: number): void {
    this.room -= 1;
    this.taken.push({ severity, at: source.toString('latin1', timeAt, timeAt + 30), text: source.toString('utf8', textAt, textEnd) });
  }

  get texts(): string[] {
    return this.taken.map(({ text }) => text);
  }
}

function decoderOf(lines: Lines, isTerminal = false): { decoder: LogDecoder; troubles: string[]; position: LogPosition } {
  const troubles: string[] = [];
  const position = new LogPosition(nowhere);
  return { decoder: new LogDecoder(isTerminal, position, lines, (words) => troubles.push(words)), troubles, position };
}

/** What a container may print, as lines of both streams. */
function randomLines(random: () => number): { stream: 1 | 2; text: string }[] {
  const alphabet = ['a', 'ä', '漢', '😀', ' ', '\t', '[31m', 'word '];
  return Array.from({ length: 1 + Math.floor(random() * 40) }, () => ({
    stream: random() < 0.7 ? 1 : 2,
    text: Array.from({ length: Math.floor(random() ** 3 * 60) }, () => alphabet[Math.floor(random() * alphabet.length)]).join(''),
  }));
}

describe('LogDecoder', () => {
  it('gives back what was written, wherever the chunks end', () => {
    for (let seed = 0; seed < 200; seed += 1) {
      const random = seeded(seed);
      const written = randomLines(random);
      const bytes = Buffer.concat(written.map(({ stream, text }, index) => dockerFrame(stream, dockerTime(index), `${text}\n`)));
      const lines = new Lines();
      const { decoder } = decoderOf(lines);
      for (const piece of inPieces(bytes, random, 1 + Math.floor(random() * 200))) decoder.decode(piece);
      expect(lines.taken).toEqual(
        written.map(({ stream, text }, index) => ({ severity: stream === 1 ? 'info' : 'error', at: dockerTime(index), text })),
      );
    }
  });

  it('gives back what a terminal printed, wherever the chunks end', () => {
    for (let seed = 0; seed < 100; seed += 1) {
      const random = seeded(seed);
      const written = randomLines(random);
      const bytes = Buffer.from(written.map(({ text }, index) => `${dockerTime(index)} ${text}\r\n`).join(''));
      const lines = new Lines();
      const { decoder } = decoderOf(lines, true);
      for (const piece of inPieces(bytes, random, 1 + Math.floor(random() * 200))) decoder.decode(piece);
      expect(lines.texts).toEqual(written.map(({ text }) => text));
    }
  });

  it('joins lines of more than 16 KiB and cuts them where Logplex wants it, between characters, seams marked', () => {
    for (const isTerminal of [false, true]) {
      for (let seed = 0; seed < 40; seed += 1) {
        const random = seeded(seed);
        const text = Array.from(
          { length: 3_000 + Math.floor(random() * 20_000) },
          () => ['x', 'ä', '漢', '😀'][Math.floor(random() * 4)],
        ).join('');
        // Some drivers leave the line end of the last part away, where there are several.
        const hasEnd = seed % 2 === 0 || Buffer.byteLength(text) < 16_384;
        const whole = Buffer.from(hasEnd ? `${text}\n` : `${text}${isTerminal ? '\r' : ''}`);
        const parts: Buffer[] = [];
        for (let at = 0; at < whole.length; at += 16_384) parts.push(whole.subarray(at, at + 16_384));
        const messages = [...parts.map((part) => ({ at: dockerTime(5), part })), { at: dockerTime(6), part: Buffer.from('next\n') }];
        const bytes = Buffer.concat(
          messages.map(({ at, part }) => (isTerminal ? Buffer.concat([Buffer.from(`${at} `), part]) : dockerFrame(1, at, part))),
        );
        const lines = new Lines();
        const { decoder } = decoderOf(lines, isTerminal);
        for (const piece of inPieces(bytes, random, 9_000)) decoder.decode(piece);
        expect(lines.texts.at(-1)?.slice(-10)).toBe('next');
        lines.taken.pop();
        // Not compared by expect: what it prints of such texts fills the screen.
        expect(lines.texts.map((one) => one.replaceAll('…', '')).join('') === text, `seed ${String(seed)}`).toBe(true);
        for (const { text: one } of lines.taken) expect(Buffer.byteLength(one)).toBeLessThanOrEqual(textBytesMax);
        if (lines.texts.length > 1) expect([lines.texts[0]?.endsWith('…'), lines.texts[1]?.startsWith('…')]).toEqual([true, true]);
        expect(lines.texts.join('')).not.toContain('�');
      }
    }
  });

  it('keeps both streams apart while one of them is in the middle of a long line', () => {
    const lines = new Lines();
    const { decoder } = decoderOf(lines);
    decoder.decode(dockerFrame(1, dockerTime(1), 'x'.repeat(16_384)));
    decoder.decode(dockerFrame(2, dockerTime(2), 'between\n'));
    decoder.decode(dockerFrame(1, dockerTime(1), 'end\n'));
    expect(lines.taken.map(({ severity, text }) => [severity, text.slice(0, 3), text.slice(-3)])).toEqual([
      ['info', 'xxx', 'xx…'],
      ['error', 'bet', 'een'],
      ['info', '…xx', 'end'],
    ]);
  });

  it('does not have a position stored that is in the middle of a line', () => {
    const lines = new Lines();
    const { decoder, position } = decoderOf(lines);
    decoder.decode(dockerFrame(1, dockerTime(1), 'whole\n'));
    const before = position.stored();
    decoder.decode(dockerFrame(1, dockerTime(2), 'x'.repeat(16_384)));
    decoder.decode(dockerFrame(2, dockerTime(3), 'between\n'));
    expect(position.stored()).toEqual(before);
    decoder.decode(dockerFrame(1, dockerTime(2), 'end\n'));
    expect(position.stored()).toMatchObject({ followed: 4, lastAt: dockerTime(3) });
  });

  it('lets a line go that never ends, so that memory and what is stored do not wait for it', () => {
    const lines = new Lines();
    const { decoder, position } = decoderOf(lines);
    for (let index = 0; index < 40; index += 1) decoder.decode(dockerFrame(1, dockerTime(1), 'x'.repeat(16_384)));
    expect(lines.texts.join('').replaceAll('…', '').length).toBeGreaterThan(39 * 16_384 - 70_000);
    expect(position.stored().followed).toBeGreaterThan(30);
  });

  it('keeps empty lines, blanks and a lone carriage return’s absence', () => {
    const lines = new Lines();
    const { decoder } = decoderOf(lines);
    for (const text of ['\n', '  \n', 'windows\r\n', '\r\n']) decoder.decode(dockerFrame(1, dockerTime(1), text));
    expect(lines.texts).toEqual(['', '  ', 'windows', '']);
  });

  it('takes nothing while there is no room, and goes on where it stopped', () => {
    const bytes = Buffer.concat(Array.from({ length: 100 }, (_, index) => dockerFrame(1, dockerTime(index), `line ${String(index)}\n`)));
    const lines = new Lines();
    const { decoder } = decoderOf(lines);
    lines.room = 10;
    expect(decoder.decode(bytes)).toBe(false);
    expect(lines.taken).toHaveLength(10);
    expect(decoder.resume()).toBe(false);
    expect(lines.taken).toHaveLength(10);
    lines.room = 1_000;
    expect(decoder.resume()).toBe(true);
    expect(lines.texts).toEqual(Array.from({ length: 100 }, (_, index) => `line ${String(index)}`));
  });

  it('tells what Docker says of the log itself, and refuses what is no log', () => {
    const lines = new Lines();
    const { decoder, troubles } = decoderOf(lines);
    decoder.decode(Buffer.concat([Buffer.from([3, 0, 0, 0, 0, 0, 0, 5]), Buffer.from('oops\n')]));
    expect(troubles).toEqual(['oops']);
    expect(() => decoder.decode(Buffer.from('HTTP/1.1 400 Bad Request'))).toThrow('not a log stream');
  });
});
