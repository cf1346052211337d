import { describe, expect, it } from 'vitest';
import { assertPlanChange, planBySlug, planCatalog } from './plan.js';

describe('the plan catalogue', () => {
  it('names each plan once, and offers another instance type for lack of room', () => {
    expect(new Set(planCatalog.map(({ slug }) => slug)).size).toBe(planCatalog.length);
    for (const { instanceTypes } of planCatalog) expect(new Set(instanceTypes).size).toBeGreaterThan(1);
  });

  it('has no instance type in two plans: a plan change would change nothing', () => {
    const types = planCatalog.flatMap(({ instanceTypes }) => instanceTypes);
    expect(new Set(types).size).toBe(types.length);
  });

  it('refuses a plan that is not there, including names that every object has', () => {
    for (const slug of ['nope', '', 'toString', 'HOBBY'])
      expect(() => planBySlug(slug)).toThrow(expect.objectContaining({ code: 'plan_unknown' }));
  });

  it('allows every change among plans of one size of cluster and disk, and refuses all others', () => {
    expect(() => assertPlanChange(planBySlug('hobby'), planBySlug('standard'))).not.toThrow();
    expect(() => assertPlanChange(planBySlug('standard'), planBySlug('hobby'))).not.toThrow();
    for (const [from, to] of [
      ['hobby', 'business'],
      ['business', 'standard'],
    ] as const) {
      expect(() => assertPlanChange(planBySlug(from), planBySlug(to))).toThrow(
        expect.objectContaining({ code: 'plan_change_unsupported' }),
      );
    }
  });
});
