import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ShortLived } from './short-lived.js';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

function counting(max: number): { things: ShortLived<string>; made: string[]; fail: (error: Error | null) => void } {
  const made: string[] = [];
  let failure: Error | null = null;
  const things = new ShortLived(1_000, max, async (id) => {
    const count = made.push(id);
    await Promise.resolve();
    if (failure) throw failure;
    return `${id}${String(count)}`;
  });
  return { things, made, fail: (error) => (failure = error) };
}

it('makes a thing once for all who ask while it is good, and then another', async () => {
  const { things } = counting(10);
  expect(await Promise.all([things.get('a'), things.get('a'), things.get('b')])).toEqual(['a1', 'a1', 'b2']);
  vi.advanceTimersByTime(999);
  expect(await things.get('a')).toBe('a1');
  vi.advanceTimersByTime(1);
  expect(await things.get('a')).toBe('a3');
});

it('remembers no failure', async () => {
  const { things, fail } = counting(10);
  fail(new Error('away'));
  await expect(things.get('a')).rejects.toThrow('away');
  fail(null);
  expect(await things.get('a')).toBe('a2');
});

it('keeps so many and no more: the oldest go', async () => {
  const { things, made } = counting(2);
  for (const id of ['a', 'b', 'c', 'b', 'c']) await things.get(id);
  expect(made).toEqual(['a', 'b', 'c']);
  await things.get('a');
  expect(made).toEqual(['a', 'b', 'c', 'a']);
});
