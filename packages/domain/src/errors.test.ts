import { describe, expect, it } from 'vitest';
import { AppError, errorCatalog, hasCode } from './errors.js';

describe('the error catalogue', () => {
  it('gives every error an HTTP status and a sentence that a customer can read', () => {
    for (const { status, message } of Object.values(errorCatalog)) {
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(600);
      expect(message).toMatch(/^[A-Z].*\.$/);
    }
  });
});

describe('AppError', () => {
  it('carries the catalogue’s sentence, status and retry rule, and its cause', () => {
    const cause = new Error('socket hang up');
    const error = new AppError('aws_throttled', { action: 'RunInstances' }, { cause });
    expect(error).toMatchObject({
      message: errorCatalog.aws_throttled.message,
      status: 503,
      retry: 'later',
      cause,
      detail: { action: 'RunInstances' },
    });
  });

  it('is told apart by code; errors of others never match', () => {
    expect(hasCode(new AppError('not_ready'), 'internal', 'not_ready')).toBe(true);
    expect(hasCode(new AppError('not_ready'), 'internal')).toBe(false);
    expect(hasCode(Object.assign(new Error('x'), { code: 'not_ready' }), 'not_ready')).toBe(false);
    expect(hasCode(undefined, 'not_ready')).toBe(false);
  });
});
