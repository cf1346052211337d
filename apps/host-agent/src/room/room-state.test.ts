import { expect, it } from 'vitest';
import { decideRoom, quietRoom, type RoomState } from './room-state.js';

const mebibyte = 2 ** 20;
const gibibyte = 2 ** 30;
const minute = 60_000;
/** A disk without a reserve for root. */
const disk = (sizeBytes: number, usedShare: number) => {
  const freeBytes = Math.round(sizeBytes * (1 - usedShare));
  return { sizeBytes, freeBytes, availableBytes: freeBytes, files: 0, filesFree: 0 };
};
const decide = (
  usedShare: number,
  ballastMiB: number,
  { state = quietRoom, now = 0, size = 40 * gibibyte }: { state?: RoomState; now?: number; size?: number } = {},
) => decideRoom(state, { figures: disk(size, usedShare), ballastBytes: ballastMiB * mebibyte, now });

it.each([
  ['256 MiB on a large disk', 40 * gibibyte, 0.5, 256 * mebibyte],
  ['2 % of a small one', 4 * gibibyte, 0.5, Math.floor(4 * gibibyte * 0.02)],
  ['none where the disk would not be calm with it', 4 * gibibyte, 0.79, null],
  ['none on a disk that is in use', 40 * gibibyte, 0.85, null],
  ['none on a disk that would have less than 192 MiB left', gibibyte, 0.79, null],
])('the first reserve: %s', (_, size, used, bytes) => {
  expect(decide(used, 0, { size }).makeBytes).toBe(bytes);
});

it('at 97 % the reserve goes at once and room is made; below nothing happens', () => {
  expect(decide(0.969, 256)).toMatchObject({ removeBallast: false, prune: false, makeBytes: null });
  expect(decide(0.9701, 256)).toMatchObject({ removeBallast: true, prune: true, makeBytes: null });
});

it('a large disk frees room by its share, a small one when less than 192 MiB are left', () => {
  expect(decide(0.94, 40, { size: 4 * gibibyte }).removeBallast).toBe(false);
  expect(decide(0.955, 40, { size: 4 * gibibyte }).removeBallast).toBe(true);
});

it('while the disk stays full, Docker is asked to prune every ten minutes, not at every look', () => {
  let state = decide(0.99, 256).state;
  const prunes: number[] = [];
  for (let now = 5_000; now <= 21 * minute; now += 5_000) {
    const decision = decide(0.99, 0, { state, now });
    state = decision.state;
    if (decision.prune) prunes.push(now / minute);
  }
  expect(prunes).toEqual([10, 20]);
});

it('after an emergency the reserve comes back when the disk was calm for ten minutes without a break', () => {
  let { state } = decide(0.99, 256);
  const look = (used: number, now: number, ballastMiB = 0): number | null => {
    const decision = decide(used, ballastMiB, { state, now });
    state = decision.state;
    return decision.makeBytes;
  };
  expect(look(0.5, 1 * minute)).toBeNull();
  expect(look(0.5, 10 * minute)).toBeNull();
  expect(look(0.85, 10.5 * minute)).toBeNull();
  expect(look(0.5, 11 * minute)).toBeNull();
  expect(look(0.5, 20.9 * minute)).toBeNull();
  expect(look(0.5, 21 * minute)).toBe(256 * mebibyte);
  expect(look(0.5, 22 * minute, 256)).toBeNull();
});
