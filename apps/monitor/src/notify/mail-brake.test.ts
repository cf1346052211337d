import { describe, expect, it } from 'vitest';
import { MailBrake } from './mail-brake.js';

const minute = 60_000;

describe('MailBrake', () => {
  it('lets so many go in ten minutes, and the next when the first is that old', () => {
    const brake = new MailBrake(3);
    expect([0, 1, 2].map((at) => brake.take(`resource-${String(at)}`, at * minute))).toEqual([null, null, null]);
    expect(brake.take('resource-3', 9 * minute)).toBe(10 * minute);
    expect(brake.take('resource-3', 10 * minute)).toBeNull();
    expect(brake.take('resource-3', 10 * minute)).toBe(11 * minute);
  });

  it('keeps half of them for others when one add-on has no end of mails', () => {
    const brake = new MailBrake(10);
    const flood = Array.from({ length: 20 }, (_, at) => brake.take('loud', at * 1_000));
    expect(flood).toEqual([...Array<null>(5).fill(null), ...Array<number>(15).fill(10 * minute)]);
    expect(brake.take('quiet', minute)).toBeNull();
    expect(brake.take('loud', 10 * minute)).toBeNull();
  });
});
