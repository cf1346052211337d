import { describe, expect, it } from 'vitest';
import { planBySlug, planCatalog } from '../plan.js';
import { resolveOptions } from './resolve-options.js';
import { assertPlanHolds, assertWithinPlan } from './volume-limits.js';
import { defaultVolumeSettings } from './volume-settings.js';

const hobby = planBySlug('hobby');
const plain = (sizeGib: number) => ({ sizeGib, iops: null, throughput: null });
const messageOf = (work: () => void): unknown => {
  try {
    work();
  } catch (error) {
    return [(error as { code: unknown }).code, (error as Error).message];
  }
  return null;
};

describe('the limits of a plan', () => {
  it('hold up to the last GiB and the last volume, and say what is left beyond', () => {
    expect(messageOf(() => assertWithinPlan(hobby, [10, 5], plain(5), true))).toBeNull();
    expect(messageOf(() => assertWithinPlan(hobby, [10, 5], plain(6), true))).toEqual([
      'volume_limit',
      'The plan Hobby holds volumes of 20 GiB together: 5 GiB are left, not 6. Take less, remove another volume, or change the plan.',
    ]);
    expect(messageOf(() => assertWithinPlan(hobby, [1, 1, 1], plain(1), true))).toEqual([
      'volume_limit',
      'The plan Hobby holds 3 volumes, and there are as many. Remove one, or change the plan.',
    ]);
  });

  it('count another volume only if it is one more', () => {
    expect(messageOf(() => assertWithinPlan(hobby, [1, 1, 1], plain(17), false))).toBeNull();
    expect(messageOf(() => assertWithinPlan(hobby, [30], plain(1), false))).toEqual([
      'volume_limit',
      'The plan Hobby holds volumes of 20 GiB together: 0 GiB are left, not 1. Take less, remove another volume, or change the plan.',
    ]);
  });

  it('are of speed too, which costs', () => {
    expect(messageOf(() => assertWithinPlan(hobby, [], { ...plain(10), iops: 3_001 }, true))).toEqual([
      'volume_limit',
      'A volume of the plan Hobby has at most 3000 iops.',
    ]);
    expect(messageOf(() => assertWithinPlan(hobby, [], { ...plain(10), throughput: 126 }, true))).toEqual([
      'volume_limit',
      'A volume of the plan Hobby has a throughput of at most 125 MiB/s.',
    ]);
  });

  it('keep a plan from being changed to one that its volumes do not fit in', () => {
    expect(messageOf(() => assertPlanHolds(hobby, [plain(10), plain(10)]))).toBeNull();
    expect(messageOf(() => assertPlanHolds(hobby, [plain(10), plain(11)]))).toEqual([
      'plan_change_unsupported',
      'The plan Hobby holds 3 volumes of 20 GiB together; there are 2 of 21 GiB. Remove some first.',
    ]);
    expect(
      messageOf(() =>
        assertPlanHolds(
          hobby,
          Array.from({ length: 4 }, () => plain(1)),
        ),
      ),
    ).toEqual(['plan_change_unsupported', expect.any(String)]);
    expect(messageOf(() => assertPlanHolds(hobby, [{ ...plain(1), iops: 4_000 }]))).toEqual([
      'plan_change_unsupported',
      expect.any(String),
    ]);
  });

  it.each(planCatalog)('of $slug hold a volume of which nothing was said', (plan) => {
    const { defaults } = defaultVolumeSettings(plan);
    expect(messageOf(() => assertWithinPlan(plan, [], resolveOptions({}, defaults), true))).toBeNull();
  });
});
