import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { OpeningTurns } from './opening-turns.js';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

const never = new AbortController().signal;
const settled = async () => await vi.advanceTimersByTimeAsync(0);
/** Asks for a turn each. @returns whose turn has come, in order, and what ends it. */
function ask(turns: OpeningTurns, names: readonly string[], signal = never): Map<string, () => void> {
  const taken = new Map<string, () => void>();
  for (const name of names) void turns.take(signal).then((end) => taken.set(name, end));
  return taken;
}

describe('OpeningTurns', () => {
  it('gives as many turns as there may be at once, the others in order as they end', async () => {
    const taken = ask(new OpeningTurns(2), ['a', 'b', 'c', 'd']);
    await settled();
    expect([...taken.keys()]).toEqual(['a', 'b']);
    taken.get('b')?.();
    taken.get('b')?.();
    await settled();
    expect([...taken.keys()]).toEqual(['a', 'b', 'c']);
  });

  it('does not wait for those who wait for the network: a turn ends by itself after a second, once', async () => {
    const turns = new OpeningTurns(1);
    const taken = ask(turns, ['hangs', 'next', 'last']);
    await vi.advanceTimersByTimeAsync(999);
    expect([...taken.keys()]).toEqual(['hangs']);
    await vi.advanceTimersByTimeAsync(1);
    expect([...taken.keys()]).toEqual(['hangs', 'next']);
    taken.get('hangs')?.();
    await settled();
    expect([...taken.keys()]).toEqual(['hangs', 'next']);
  });

  it('lets go at once whoever is stopped while he waits, and keeps no turn for him', async () => {
    const turns = new OpeningTurns(1);
    const stopping = new AbortController();
    const first = ask(turns, ['first']);
    const stopped = turns.during(stopping.signal, async () => 'worked');
    const next = ask(turns, ['next']);
    stopping.abort();
    await expect(stopped).rejects.toThrow('aborted');
    await expect(turns.during(stopping.signal, async () => 'worked')).rejects.toThrow('aborted');
    expect(next.size).toBe(0);
    first.get('first')?.();
    await settled();
    expect(next.size).toBe(1);
  });

  it('a turn for some work ends with the work, also when that fails', async () => {
    const turns = new OpeningTurns(1);
    await expect(turns.during(never, async () => await Promise.reject(new Error('unreachable')))).rejects.toThrow('unreachable');
    expect(await turns.during(never, async () => 'worked')).toBe('worked');
  });
});
