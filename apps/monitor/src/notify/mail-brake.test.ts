import { describe, expect, it } from 'vitest';
import { MailBrake } from './mail-brake.js';

const minute = 60_000;

describe('MailBrake', () => {
  it('lets so many go in ten minutes, and the next when the first is that old', () => {
    const brake = new MailBrake(3);
    expect([0, 1, 2].map((at) => brake.take(at * minute))).toEqual([null, null, null]);
    expect(brake.take(9 * minute)).toBe(10 * minute);
    expect(brake.take(10 * minute)).toBeNull();
    expect(brake.take(10 * minute)).toBe(11 * minute);
  });
});
