import { format, inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { AppError } from './errors.js';
import { Secret } from './secret.js';

const value = 'canary-4711';
const secret = new Secret(value);

describe('a Secret', () => {
  it('gives its value to those who ask for it by name', () => {
    expect(secret.reveal()).toBe(value);
  });

  it('shows nothing in any usual way of printing', () => {
    const prints = [
      // oxlint-disable-next-line typescript/restrict-template-expressions -- the very mistake that must be harmless
      `${secret}`,
      String(secret),
      [secret].join(),
      JSON.stringify([secret]),
      inspect(secret),
      inspect({ deep: { secret } }, { depth: 9, showHidden: true }),
      format('%s %o %O %j', secret, secret, secret, secret),
      inspect(Object.getOwnPropertyDescriptors(secret)),
      inspect(structuredClone(secret)),
    ];
    for (const print of prints) expect(print).not.toContain(value);
    expect(prints[0]).toBe('[redacted]');
    expect(JSON.stringify({ secret })).toBe('{"secret":"[redacted]"}');
  });

  it('stays hidden in an error’s detail and cause', () => {
    const error = new AppError('internal', { secret }, { cause: new Error('x', { cause: secret }) });
    expect(inspect(error, { depth: 9 }) + JSON.stringify(error)).not.toContain(value);
  });
});
