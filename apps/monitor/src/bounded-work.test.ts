import { describe, expect, it } from 'vitest';
import { BoundedWork } from './bounded-work.js';

const soon = () => new Promise((resolve) => setImmediate(resolve));

/** Work that never ends by itself, and what has begun of it. */
function hanging(work: BoundedWork, count: number, isReleased: boolean) {
  const ends: (() => void)[] = [];
  for (let added = 0; added < count; added += 1) {
    work.add(async (release) => {
      const ending = new Promise<void>((resolve) => ends.push(resolve));
      if (isReleased) setImmediate(release);
      await ending;
    });
  }
  return ends;
}

describe('BoundedWork', () => {
  it('runs so many at once, and the next when one is over', async () => {
    const ends = hanging(new BoundedWork(3), 10, false);
    expect(ends).toHaveLength(3);
    ends[1]?.();
    await soon();
    expect(ends).toHaveLength(4);
  });

  it('goes on when those under way give their places away, up to three times as many', async () => {
    const work = new BoundedWork(3);
    const ends = hanging(work, 100, true);
    for (let times = 0; times < 20; times += 1) await soon();
    expect(ends).toHaveLength(9);
    for (const end of ends.slice(0, 9)) end();
    for (let times = 0; times < 20; times += 1) await soon();
    expect(ends).toHaveLength(18);
  });
});
