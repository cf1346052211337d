import { describe, expect, it } from 'vitest';
import { RecentLows, windowsSeconds } from './recent-lows.js';

/** A figure each second, the last at 0. */
function lowsOf(...ratios: readonly (number | null)[]): RecentLows {
  const lows = new RecentLows();
  for (const [index, ratio] of ratios.entries()) lows.note((index - ratios.length + 1) * 1_000, ratio);
  return lows;
}
const times = (count: number, ratio: number): number[] => Array.from({ length: count }, () => ratio);
const seen = (lows: RecentLows, nowMs = 0): string[] => lows.lowest(nowMs).map(({ seconds, ratio }) => `${seconds} s: ${ratio}`);

describe('how low a value was in windows that end now', () => {
  it.each([
    ['it falls with the window', lowsOf(...times(3, 0.6), ...times(4, 0.9), 0.95), ['2 s: 0.9', '4 s: 0.9', '6 s: 0.6']],
    ['what was true when a window began counts', lowsOf(...times(9, 0.1), 0.9, 0.9), []],
    ['a window that is not covered is left out', lowsOf(...times(6, 0.9)), ['2 s: 0.9', '4 s: 0.9']],
    ['what no threshold can be set to is left out, and all longer windows with it', lowsOf(0.9, 0.9, 0.4, 0.9, 0.9, 0.9), ['2 s: 0.9']],
    ['a value that could not be measured hides what was before', lowsOf(...times(9, 0.9), null, ...times(4, 0.9)), ['2 s: 0.9']],
    ['without figures nothing is known', new RecentLows(), []],
  ])('%s', (_, lows, expected) => {
    expect(seen(lows)).toEqual(expected);
  });

  it('a hole of more than five seconds hides what was before, a shorter one does not', () => {
    for (const [holeMs, expected] of [
      [4_000, ['2 s: 0.9', '4 s: 0.9', '6 s: 0.9']],
      [6_000, []],
    ] as const) {
      const lows = new RecentLows();
      for (const atMs of [-3_000 - holeMs, -1_500 - holeMs, -1_500, 0]) lows.note(atMs, 0.9);
      expect([holeMs, seen(lows)]).toEqual([holeMs, expected]);
    }
  });

  it('figures that stopped coming say nothing any more', () => {
    expect(seen(lowsOf(...times(60, 0.9)), 6_000)).toEqual([]);
  });

  it('is the least of all figures from the one before the window on, however they come, and a minute is kept', () => {
    let state = 1;
    const random = (): number => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
    for (let round = 0; round < 200; round += 1) {
      const lows = new RecentLows();
      const all: { atMs: number; ratio: number }[] = [];
      let atMs = 0;
      for (let count = 0; count < 200; count += 1) {
        atMs += 500 + random() * 1_500;
        const ratio = 0.5 + random() / 2;
        all.push({ atMs, ratio });
        lows.note(atMs, ratio);
      }
      const expected = windowsSeconds.map((seconds) => {
        const first = all.findLastIndex((figure) => figure.atMs <= atMs - seconds * 1_000);
        return { seconds, ratio: Math.min(...all.slice(first).map(({ ratio }) => ratio)) };
      });
      expect(lows.lowest(atMs)).toEqual(expected);
    }
  });
});
