import { planBySlug } from '@dockhero/domain/plan';
import { describe, expect, it } from 'vitest';
import { decideInstance } from './decide-instance.js';

const plan = planBySlug('standard');
const [first, second = ''] = plan.instanceTypes;

describe('decideInstance', () => {
  it('uses a running instance of any type of the plan', () => {
    expect(decideInstance({ state: 'running', instanceType: first }, plan)).toEqual({ do: 'use' });
    expect(decideInstance({ state: 'running', instanceType: second }, plan)).toEqual({ do: 'use' });
  });

  it('stops a running instance of another size, then changes it to the plan’s first choice, then starts it', () => {
    expect(decideInstance({ state: 'running', instanceType: 't3.micro' }, plan)).toEqual({ do: 'stop' });
    expect(decideInstance({ state: 'stopped', instanceType: 't3.micro' }, plan)).toEqual({ do: 'change type', instanceType: first });
    expect(decideInstance({ state: 'stopped', instanceType: first }, plan)).toEqual({ do: 'start' });
  });

  it('waits for an instance between two states, whatever its size', () => {
    for (const state of ['pending', 'stopping'] as const) expect(decideInstance({ state, instanceType: 't3.micro' }, plan).do).toBe('wait');
  });

  it('replaces an instance that ends or has ended', () => {
    for (const state of ['shutting-down', 'terminated'] as const)
      expect(decideInstance({ state, instanceType: first }, plan)).toEqual({ do: 'replace' });
  });
});
