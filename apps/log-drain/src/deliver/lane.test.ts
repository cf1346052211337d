import { describe, expect, it } from 'vitest';
import { batchOf, line, nobody } from '../testing/lines.js';
import { textsOf } from '../testing/strict-frames.js';
import { batchBytesMax, BufferPool } from './buffer-pool.js';
import type { SealedBatch } from './batch.js';
import { Lane, LaneBudget } from './lane.js';

const budgetOf = (bytes: number) => new LaneBudget(new BufferPool(bytes));
const ample = 64 * 1024 * 1024;
const long = 'x'.repeat(9_900);

/** Adds lines for as long as the lane has room; returns how many. */
function fill(lane: Lane<null>, text = long): number {
  let lines = 0;
  for (; lane.hasRoom; lines += 1) lane.add(...line(nobody, text));
  return lines;
}

function takeAll<Position>(lane: Lane<Position>): SealedBatch<Position>[] {
  const batches: SealedBatch<Position>[] = [];
  for (let batch = lane.take(); batch; batch = lane.take()) batches.push(batch);
  return batches;
}

describe('Lane', () => {
  it('gives its lines out in order, and rolls what exceeds the largest batch over to the next', () => {
    const lane = new Lane<null>(budgetOf(ample));
    const texts = Array.from({ length: 150 }, (_, index) => `${String(index)} ${long}`);
    for (const text of texts) lane.add(...line(nobody, text));
    const batches = takeAll(lane);
    expect(batches.length).toBeGreaterThan(2);
    for (const { body } of batches) expect(body.length).toBeLessThanOrEqual(batchBytesMax);
    for (const { body } of batches.slice(0, -1)) expect(body.length).toBeGreaterThan(batchBytesMax - 10_240);
    expect(batches.flatMap(({ body }) => textsOf(body))).toEqual(texts);
    expect(batches.flatMap(({ count }) => count).reduce((sum, count) => sum + count)).toBe(150);
    expect(lane.isEmpty).toBe(true);
  });

  it('a batch that is closed has the positions of its own lines, not of the line that did not fit', () => {
    const lane = new Lane<number>(budgetOf(ample));
    let added = 0;
    const from = { position: () => added };
    for (let index = 0; index < 150; index += 1) {
      lane.add(...line(from, long));
      added += 1;
    }
    let sum = 0;
    for (const { count, positions } of takeAll(lane)) {
      sum += count;
      expect(positions).toEqual([sum]);
    }
  });

  it('stores a position in its turn, behind the lines that came before it', () => {
    const lane = new Lane<string>(budgetOf(ample));
    lane.add(...line({ position: () => 'first' }, 'a'));
    lane.contribute({ position: () => 'second' });
    expect(takeAll(lane).map(({ count, positions }) => [count, positions])).toEqual([[1, ['first', 'second']]]);
  });

  it('has no room once it holds its share, and calls those who wait once a batch is done, each once', () => {
    const lane = new Lane<null>(budgetOf(1));
    const calls: string[] = [];
    fill(lane);
    for (const name of ['web', 'db', 'left']) lane.whenRoom(calls.push.bind(calls, name));
    const leaving = () => calls.push('never');
    lane.whenRoom(leaving);
    lane.forget(leaving);
    const batch = lane.take();
    expect([lane.hasRoom, lane.isEmpty, calls]).toEqual([false, true, []]);
    lane.done(batch ?? batchOf([]));
    expect([lane.hasRoom, calls]).toEqual([true, ['web', 'db', 'left']]);
    fill(lane);
    lane.clear();
    expect(calls).toHaveLength(3);
  });

  it('calls nobody while it still holds more than its share', () => {
    const budget = budgetOf(ample);
    const lane = new Lane<null>(budget);
    fill(lane);
    for (let other = 0; other < 2_000; other += 1) budget.begin();
    let calls = 0;
    lane.whenRoom(() => (calls += 1));
    const batches = takeAll(lane);
    const counts = batches.map((batch) => {
      lane.done(batch);
      return calls;
    });
    expect(counts).toEqual([...batches.slice(1).map(() => 0), 1]);
  });

  it('whoever finds no room again when called may wait again', () => {
    const lane = new Lane<null>(budgetOf(1));
    let calls = 0;
    const resume = () => {
      calls += 1;
      lane.whenRoom(resume);
    };
    lane.whenRoom(resume);
    lane.wakeWaiting();
    lane.wakeWaiting();
    expect(calls).toBe(2);
  });

  it('shares the budget: a loud lane takes no room from a quiet one, and all get less when there are more', () => {
    const budget = budgetOf(4 * 1024 * 1024);
    const [loud, quiet] = [new Lane<null>(budget), new Lane<null>(budget)];
    const alone = fill(loud);
    expect(quiet.hasRoom).toBe(true);
    const second = fill(quiet);
    expect(second).toBeGreaterThan(alone / 2);
    for (let other = 0; other < 6; other += 1) fill(new Lane<null>(budget));
    loud.clear();
    expect(fill(loud)).toBeLessThan(alone / 2);
  });

  it.each([10, 200])('%i full lanes hold little more than the budget together, and all of them something', (lanes) => {
    const budget = budgetOf(16 * 1024 * 1024);
    const all = Array.from({ length: lanes }, () => new Lane<null>(budget));
    // A line each in turn, as loud containers do.
    for (let isBusy = true; isBusy;) {
      isBusy = false;
      for (const lane of all) {
        if (!lane.hasRoom) continue;
        lane.add(...line(nobody, long));
        isBusy = true;
      }
    }
    expect(budget.pool.bytesInUse).toBeLessThanOrEqual(16 * 1024 * 1024 + lanes * 256 * 1024);
    for (const lane of all) expect(takeAll(lane).reduce((sum, { count }) => sum + count, 0)).toBeGreaterThan(4);
  });

  it('gives everything back: an empty process has all of its memory and its budget', () => {
    const budget = budgetOf(4 * 1024 * 1024);
    const before = budget.shareBytes;
    const lanes = Array.from({ length: 10 }, () => new Lane<null>(budget));
    for (const lane of lanes) fill(lane);
    expect(budget.shareBytes).toBeLessThan(before);
    for (const lane of lanes) lane.clear();
    expect([budget.pool.bytesInUse, budget.shareBytes]).toEqual([0, before]);
    expect(lanes.every((lane) => lane.isEmpty && lane.hasRoom)).toBe(true);
  });

  it('wakes its sink when there is something, or when it is asked to', async () => {
    const lane = new Lane<null>(budgetOf(1));
    const waits: string[] = [];
    const first = lane.something().then(() => waits.push('line'));
    await Promise.resolve();
    expect(waits).toEqual([]);
    lane.add(...line(nobody, 'a'));
    await first;
    await lane.something();
    lane.clear();
    const second = lane.something();
    lane.contribute(nobody);
    await second;
    lane.clear();
    const third = lane.something();
    lane.wake();
    await third;
    expect(lane.isEmpty).toBe(true);
  });

  it('knows the oldest line that waits, whether its batch is closed or not', () => {
    const lane = new Lane<null>(budgetOf(ample));
    lane.contribute(nobody);
    expect(lane.oldestMs).toBeNull();
    lane.add(...line(nobody, 'a', { at: '2026-11-26T10:00:01.000000000Z' }));
    expect(lane.oldestMs).toBe(Date.parse('2026-11-26T10:00:01Z'));
    for (let index = 0; index < 100; index += 1) lane.add(...line(nobody, long, { at: '2026-11-26T10:00:05.000000000Z' }));
    expect(lane.oldestMs).toBe(Date.parse('2026-11-26T10:00:01Z'));
    lane.take();
    expect(lane.oldestMs).toBe(Date.parse('2026-11-26T10:00:05Z'));
  });
});
