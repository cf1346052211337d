import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isVerificationDue, lastVerificationDueAt } from './verification.js';

const dayMs = 86_400_000;
const now = new Date('2026-11-27T12:00:00Z');

describe('the weekly verification', () => {
  it('comes once in any seven days, while there are new backups', () => {
    for (let volumes = 0; volumes < 20; volumes += 1) {
      const volumeId = randomUUID();
      const verified: number[] = [];
      for (let hour = 0; hour < 10 * 7 * 24; hour += 1) {
        const at = new Date(now.getTime() + hour * 3_600_000);
        const lastVerifiedAt = verified.length > 0 ? new Date(verified.at(-1) ?? 0) : null;
        const isNewestVerified = lastVerifiedAt !== null && at.getTime() - lastVerifiedAt.getTime() < dayMs;
        if (isVerificationDue({ volumeId, isNewestVerified, lastVerifiedAt, firstCompletedAt: now }, at)) verified.push(at.getTime());
      }
      expect(verified.length).toBeGreaterThanOrEqual(9);
      for (const [index, at] of verified.entries()) if (index > 0) expect(at - (verified[index - 1] ?? 0)).toBe(7 * dayMs);
    }
  });

  it('is spread evenly over the week', () => {
    const days = Array.from({ length: 7_000 }, () => Math.floor((lastVerificationDueAt(randomUUID(), now).getTime() / dayMs) % 7));
    for (let day = 0; day < 7; day += 1) expect(Math.abs(days.filter((other) => other === day).length - 1_000)).toBeLessThan(150);
  });

  it('is not made of a backup that was verified already', () => {
    const long = new Date(0);
    expect(isVerificationDue({ volumeId: randomUUID(), isNewestVerified: true, lastVerifiedAt: long, firstCompletedAt: long }, now)).toBe(
      false,
    );
    expect(isVerificationDue({ volumeId: randomUUID(), isNewestVerified: false, lastVerifiedAt: long, firstCompletedAt: long }, now)).toBe(
      true,
    );
  });
});
