import { describe, expect, it } from 'vitest';
import { diskToken } from './disk-token.js';

const disk = { volumeId: '0d1c7f3e-6a4b-4f2e-9d58-1f0a3b2c4d5e', generation: 1, zone: 'us-east-1a', madeOf: null };

describe('diskToken', () => {
  it('is the same for the same disk, so that a repeated call makes no second one', () => {
    expect(diskToken({ ...disk })).toBe(diskToken(disk));
  });

  it('is another one for another generation, zone or content', () => {
    const others = [
      disk,
      { ...disk, generation: 2 },
      { ...disk, zone: 'us-east-1b' },
      { ...disk, madeOf: 'b' },
      { ...disk, madeOf: 'c' },
      { ...disk, volumeId: 'x' },
    ];
    expect(new Set(others.map(diskToken)).size).toBe(others.length);
  });

  it('fits into what EC2 takes', () => {
    expect(diskToken(disk)).toMatch(/^[\x21-\x7e]{1,64}$/);
  });
});
