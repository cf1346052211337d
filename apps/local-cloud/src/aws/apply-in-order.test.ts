import { describe, expect, it } from 'vitest';
import { applyInOrder } from './apply-in-order.js';

describe('applyInOrder', () => {
  it("never applies twice at once, and never returns before the caller's change is applied", async () => {
    let state = 0;
    let applied = -1;
    let running = 0;
    let runs = 0;
    const apply = applyInOrder(async () => {
      running += 1;
      runs += 1;
      expect(running).toBe(1);
      const seen = state;
      await new Promise(setImmediate);
      applied = seen;
      running -= 1;
    });
    const change = async (): Promise<void> => {
      const mine = (state += 1);
      await apply();
      expect(applied).toBeGreaterThanOrEqual(mine);
    };
    const first = change();
    await new Promise(setImmediate);
    await Promise.all([first, ...Array.from({ length: 10 }, change)]);
    expect(runs).toBeLessThan(5);
  });

  it('goes on after a failure, which its own callers see', async () => {
    let isBroken = true;
    const apply = applyInOrder(async () => {
      if (isBroken) throw new Error('broken');
    });
    await expect(apply()).rejects.toThrow('broken');
    isBroken = false;
    await expect(apply()).resolves.toBeUndefined();
  });
});
