import { describe, expect, it } from 'vitest';
import { nextAttempt } from './sent-or-not.js';

const now = new Date(0);
const minutes = (date: Date | null) => date && date.getTime() / 60_000;

describe('nextAttempt', () => {
  it('waits 1, 5 and 30 minutes, 2, 6 and 24 hours, and then gives up', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 8].map((attempts) => minutes(nextAttempt(now, attempts)))).toEqual([
      1,
      5,
      30,
      120,
      360,
      1_440,
      null,
      null,
    ]);
  });

  it('waits for longer when the receiver asks for it, and no shorter', () => {
    expect(minutes(nextAttempt(now, 1, 600_000))).toBe(10);
    expect(minutes(nextAttempt(now, 2, 1_000))).toBe(5);
  });
});
