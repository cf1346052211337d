import { AppError } from '@dockhero/domain/errors';
import type { ClusterFacts, Resource } from '@dockhero/domain/resource';
import { describe, expect, it } from 'vitest';
import { decideFailure, GiveUpRule, isLate } from './decide-failure.js';

const createdAt = new Date('2026-01-01T00:00:00Z');
const rule = new GiveUpRule(60_000);
const soon = new Date(createdAt.getTime() + 60_000);
const late = new Date(createdAt.getTime() + 60_001);

function pass(facts: Partial<ClusterFacts> = {}, desired: Resource['desired'] = 'provisioned') {
  return {
    resource: { createdAt, desired } as Resource,
    facts: { failures: 0, provisionedAt: null, gaveUpAt: null, ...facts } as ClusterFacts,
  };
}

describe('decideFailure', () => {
  it('asks a person at once when no retry helps', () => {
    expect(decideFailure(pass(), new AppError('aws_rejected'), rule, soon)).toEqual({ needsAttention: true, givesUp: false });
  });

  it('tries again when a retry may help, and asks a person at the eighth failure in a row', () => {
    expect(decideFailure(pass({ failures: 6 }), new AppError('aws_throttled'), rule, soon).needsAttention).toBe(false);
    expect(decideFailure(pass({ failures: 7 }), new AppError('aws_throttled'), rule, soon).needsAttention).toBe(true);
  });

  it('abandons a provision whose hosts do not boot, however early', () => {
    expect(decideFailure(pass(), new AppError('host_boot_failed'), rule, soon).givesUp).toBe(true);
  });

  it('abandons a provision that needs attention for too long, and not one that is merely retried', () => {
    expect(decideFailure(pass(), new AppError('aws_rejected'), rule, late).givesUp).toBe(true);
    expect(decideFailure(pass(), new AppError('aws_throttled'), rule, late).givesUp).toBe(false);
  });

  it('never abandons what was provisioned once, what is being removed, or what was abandoned already', () => {
    for (const settled of [pass({ provisionedAt: createdAt }), pass({}, 'removed'), pass({ gaveUpAt: createdAt })]) {
      expect(decideFailure(settled, new AppError('host_boot_failed'), rule, late).givesUp).toBe(false);
      expect(isLate(settled, rule, late)).toBe(false);
    }
  });

  it('calls a provision late only after the time that the rule allows', () => {
    expect(isLate(pass(), rule, soon)).toBe(false);
    expect(isLate(pass(), rule, late)).toBe(true);
  });
});
