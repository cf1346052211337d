import { describe, expect, it } from 'vitest';
import { auditLine } from './audit-line.js';

describe('auditLine', () => {
  it('tells that the add-on is ready, and of no other step', () => {
    expect(auditLine({ kind: 'step', text: 'tell heroku: done' })).toEqual({ severity: 'info', text: 'the add-on is ready' });
    expect(auditLine({ kind: 'step', text: 'swarm ready: done' })).toBeNull();
  });

  it.each([
    ['desired', 'info'],
    ['notice', 'info'],
    ['trouble', 'error'],
    ['warning', 'error'],
  ])('tells %s with severity %s', (kind, severity) => {
    expect(auditLine({ kind, text: 'as it was written' })).toEqual({ severity, text: 'as it was written' });
  });
});
