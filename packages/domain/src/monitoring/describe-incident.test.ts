import { describe, expect, it } from 'vitest';
import { describeIncident } from './describe-incident.js';
import { ruleNames, type Incident, type RuleName } from './incident.js';

const incident = (rule: RuleName, change: Partial<Incident> = {}) => ({
  rule,
  object: 'web',
  state: 'firing' as const,
  value: 0.93,
  peak: 0.93,
  ...change,
});

describe('an incident in a sentence', () => {
  it('says what is wrong where, and how bad it was if that was worse', () => {
    expect(describeIncident(incident('memory'), 'the host')).toBe('The memory of the host is 93 % in use.');
    expect(describeIncident(incident('disk', { object: '/', peak: 0.971 }), 'host 2')).toBe(
      'The disk / of host 2 is 93 % full, and was up to 97 %.',
    );
    expect(describeIncident(incident('restart-loop', { value: 7, peak: 7 }), 'the host')).toBe(
      'web on the host keeps restarting: 7 starts in 10 minutes.',
    );
    expect(describeIncident(incident('host-silent', { object: 'host' }), 'host 3')).toMatch(/^Host 3 does not answer/);
  });

  it('speaks of what is over in the past', () => {
    expect(describeIncident(incident('memory', { state: 'resolved', value: 0.4, peak: 0.98 }), 'the host')).toBe(
      'The memory of the host was up to 98 % in use.',
    );
  });

  it('never calls full what is not, nor below the threshold what is on it', () => {
    expect(describeIncident(incident('disk', { object: '/', value: 0.996, peak: 0.996 }), 'the host')).toContain('99 % full');
    expect(describeIncident(incident('memory', { value: 0.57, peak: 0.57 }), 'the host')).toContain('57 %');
  });

  it.each(ruleNames.flatMap((rule) => [[rule, 'firing'] as const, [rule, 'resolved'] as const]))('is one for %s, %s', (rule, state) => {
    expect(describeIncident(incident(rule, { state }), 'the host')).toMatch(/^[A-Zw].*\.$/);
  });
});
