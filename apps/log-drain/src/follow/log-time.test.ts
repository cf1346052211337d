import { expect, it } from 'vitest';
import { seeded } from '../testing/docker-frames.js';
import { compareTime, shiftTime, timeBytes, timeOf, timeToMs, timeToSince } from './log-time.js';

const time = '2026-11-26T10:11:12.123456789Z';

it('compares times where they stand as their texts compare', () => {
  const random = seeded(1);
  const any = () =>
    `20${String(10 + Math.floor(random() * 3))}-01-01T00:00:0${String(Math.floor(random() * 10))}.00000000${String(Math.floor(random() * 10))}Z`;
  for (let index = 0; index < 500; index += 1) {
    const [one, other] = [any(), any()];
    const expected = Number(one > other) - Number(one < other);
    expect(Math.sign(compareTime(Buffer.from(`frame ${one} text`), 6, Buffer.from(other)))).toBe(expected);
  }
});

it('knows that a time that has not come whole is none', () => {
  expect(compareTime(Buffer.from(time.slice(0, 20)), 0, Buffer.from(time))).toBeLessThan(0);
});

it('reads milliseconds, and cuts what is finer', () => {
  expect(timeToMs(time)).toBe(Date.parse('2026-11-26T10:11:12.123Z'));
  expect([timeToMs(''), timeToMs('no timestamp at all, but long…')]).toEqual([Number.NaN, Number.NaN]);
});

it.each([
  [0, '2026-11-26T10:11:12.123456789Z'],
  [48, '2026-11-26T10:12:00.123456789Z'],
  [-12, '2026-11-26T10:11:00.123456789Z'],
  [-86_400 * 330, '2025-12-31T10:11:12.123456789Z'],
])('moves a time by %i s to the nanosecond', (seconds, moved) => {
  expect(shiftTime(time, seconds)).toBe(moved);
});

it('writes `since` as Docker’s API wants it: seconds, and all nine digits behind the dot', () => {
  expect(timeToSince('2023-11-14T22:13:20.000000001Z')).toBe('1700000000.000000001');
  expect(timeToSince('2023-11-14T22:13:20.100000000Z')).toBe('1700000000.100000000');
  expect(timeToSince('')).toBe('0');
});

it('writes a clock’s time as Docker would', () => {
  const now = new Date('2026-11-26T10:11:12.005Z');
  expect(timeOf(now)).toBe('2026-11-26T10:11:12.005000000Z');
  expect([timeOf(now).length, timeToMs(timeOf(now))]).toEqual([timeBytes, now.getTime()]);
});
