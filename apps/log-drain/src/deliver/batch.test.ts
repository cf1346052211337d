import { describe, expect, it } from 'vitest';
import { dockerTime, seeded } from '../testing/docker-frames.js';
import { batchOf, header, line, nobody } from '../testing/lines.js';
import { readMessage, strictFrames, textsOf } from '../testing/strict-frames.js';
import { Batch, type Contributor } from './batch.js';
import { batchBytesMax, BufferPool } from './buffer-pool.js';

const newBatch = <Position = null>(pool = new BufferPool(1)) => new Batch<Position>(pool);

/** Lines of all lengths, those around a change of digits too. */
function randomTexts(random: () => number): string[] {
  const lengths = [0, 1, 9, 10, 99, 100, 900, 930, 999, 1_000, 9_900, 9_999, 10_000];
  const alphabet = ['a', ' ', 'ä', '漢', '😀', '\t', '\u001B[31m', '12 <190>1 '];
  return Array.from({ length: 1 + Math.floor(random() * 50) }, () => {
    const letter = alphabet[Math.floor(random() * alphabet.length)] ?? '';
    const bytes =
      random() < 0.3 ? Math.floor(random() * 10_000) : (lengths[Math.floor(random() * lengths.length)] ?? 0) - (random() < 0.5 ? 1 : 0);
    return letter.repeat(Math.max(0, Math.floor(bytes / Buffer.byteLength(letter))));
  });
}

describe('Batch', () => {
  it('is read strictly by its octet counts, with the announced count and the lines as they were', () => {
    for (let seed = 0; seed < 60; seed += 1) {
      const texts = randomTexts(seeded(seed));
      const { body, count } = batchOf(texts);
      expect(count).toBe(texts.length);
      expect(textsOf(body)).toEqual(texts);
    }
  });

  it('counts right at every length of a line that Logplex takes, above all where the count gains a digit', () => {
    const lengths = [
      ...Array.from({ length: 1_100 }, (_, length) => length),
      9_900,
      9_910,
      9_920,
      9_928,
      9_929,
      9_930,
      9_931,
      9_940,
      10_000,
    ];
    const texts = lengths.map((length) => 'x'.repeat(length));
    expect(textsOf(batchOf(texts.slice(0, 700)).body)).toEqual(texts.slice(0, 700));
    expect(textsOf(batchOf(texts.slice(700)).body)).toEqual(texts.slice(700));
    const frames = strictFrames(batchOf(texts.slice(700)).body).map((frame) => String(frame.length).length);
    expect(new Set(frames)).toEqual(new Set([3, 4, 5]));
  });

  it('gives each line its own time, its severity and its process', () => {
    const batch = newBatch();
    batch.add(...line(nobody, 'out', { at: dockerTime(1) }));
    batch.add(...line(nobody, 'err', { at: dockerTime(1_500_000_002), severity: 'error' }));
    expect(strictFrames(batch.seal().body).map(readMessage)).toEqual([
      { priority: '190', time: '2026-11-26T10:00:00.000000001Z', host: 'dockhero', app: 'app', process: 'dockhero.web.1', text: 'out' },
      { priority: '187', time: '2026-11-26T10:00:01.500000002Z', host: 'dockhero', app: 'app', process: 'dockhero.web.1', text: 'err' },
    ]);
  });

  it('knows the time of its first line', () => {
    const batch = newBatch();
    for (const nanos of [2_000_000_000, 5_000_000_000]) batch.add(...line(nobody, 'a', { at: dockerTime(nanos) }));
    const firstMs = Date.parse('2026-11-26T10:00:02Z');
    expect([batch.firstMs, batch.seal().firstMs]).toEqual([firstMs, firstMs]);
  });

  it('copies its lines: what happens to their source later does not matter', () => {
    const batch = newBatch();
    const parameters = line(nobody, 'hello');
    batch.add(...parameters);
    parameters[3].fill(0);
    expect(textsOf(batch.seal().body)).toEqual(['hello']);
  });

  it.each([1, 10_000])('never grows beyond the largest, and is told full before: lines of %i bytes', (bytes) => {
    const pool = new BufferPool(1);
    const batch = newBatch(pool);
    let lines = 0;
    for (; batch.hasRoomFor(header.length, bytes); lines += 1) batch.add(...line(nobody, 'x'.repeat(bytes)));
    const { body, count, buffer } = batch.seal();
    expect(body.length).toBeLessThanOrEqual(batchBytesMax);
    expect(body.length).toBeGreaterThan(batchBytesMax - bytes - 100);
    expect(strictFrames(body)).toHaveLength(count);
    expect(count).toBe(lines);
    expect([buffer.length, pool.bytesInUse]).toEqual([batchBytesMax, batchBytesMax]);
  });

  it('holds as little as its lines need, and gives what it has outgrown back', () => {
    const pool = new BufferPool(1);
    const batch = newBatch(pool);
    const held = Array.from({ length: 30 }, () => {
      batch.add(...line(nobody, 'x'.repeat(9_000)));
      expect(pool.bytesInUse).toBe(batch.bytesHeld);
      return batch.bytesHeld;
    });
    expect([held[0], held[1], held[7], held[29]]).toEqual([16_384, 65_536, 262_144, 524_288]);
    pool.give(batch.seal().buffer);
    expect(pool.bytesInUse).toBe(0);
  });

  it('asks each container for its position once, when it is closed and not before', () => {
    let web = 0;
    const [fromWeb, fromDb]: Contributor<string>[] = [{ position: () => `web ${String(web)}` }, { position: () => 'db' }];
    if (!fromWeb || !fromDb) return;
    const batch = newBatch<string>();
    for (const from of [fromWeb, fromDb, fromWeb, fromWeb]) {
      web += 1;
      batch.add(...line(from, 'a'));
    }
    web = 9;
    expect(batch.seal().positions).toEqual(['web 9', 'db']);
  });

  it('may carry a position without a line', () => {
    const batch = newBatch<string>();
    expect(batch.isEmpty).toBe(true);
    batch.contribute({ position: () => 'read' });
    expect(batch.isEmpty).toBe(false);
    expect(batch.seal()).toMatchObject({ count: 0, positions: ['read'], body: Buffer.alloc(0) });
  });

  it('shows what is not text as what it is not, and counts it right', () => {
    const texts = [Buffer.from('fine ü'), Buffer.from([0x61, 0xff, 0x62]), Buffer.from('nul\0'), Buffer.from('ü').subarray(0, 1)];
    const { body, count } = batchOf(texts);
    expect(textsOf(body)).toEqual(['fine ü', 'a\uFFFDb', 'nul\u2400', '\uFFFD']);
    expect(count).toBe(4);
    expect(textsOf(batchOf(['nul\0']).body)).toEqual(['nul\u2400']);
    expect(textsOf(batchOf([Buffer.from([0xff])]).body)).toEqual(['\uFFFD']);
  });
});
