import { describe, expect, it } from 'vitest';
import { matchFilters } from './match-filters.js';

const things = [
  { id: 'one', state: 'running', tags: { app: 'web', 'a.b': '1' } },
  { id: 'two', state: 'stopped', tags: { app: 'worker' } },
  { id: 'three', state: 'running', tags: {} },
];
const fields = { id: (t: (typeof things)[number]) => t.id, state: (t: (typeof things)[number]) => t.state };
const found = (...filters: [name: string, ...values: string[]][]): string[] =>
  matchFilters(
    things,
    filters.map(([Name, ...Values]) => ({ Name, Values })),
    fields,
    (t) => t.tags as Record<string, string>,
  ).map((t) => t.id);

describe('matchFilters', () => {
  it('needs every filter, and one value of each', () => {
    expect(found(['state', 'running'], ['id', 'one', 'two'])).toEqual(['one']);
    expect(found()).toEqual(['one', 'two', 'three']);
  });

  it('reads tags by key, by value and by their presence', () => {
    expect(found(['tag:app', 'web'])).toEqual(['one']);
    expect(found(['tag-key', 'app'])).toEqual(['one', 'two']);
    expect(found(['tag-value', 'worker'])).toEqual(['two']);
  });

  it('takes * and ? as wildcards, everything else literally, and minds the case', () => {
    expect(found(['tag:app', 'w*'])).toEqual(['one', 'two']);
    expect(found(['id', 't?o'])).toEqual(['two']);
    expect(found(['tag-key', 'a.b'])).toEqual(['one']);
    expect(found(['tag-key', 'a?b'])).toEqual(['one']);
    expect(found(['id', 'o.e'])).toEqual([]);
    expect(found(['id', 'ONE'])).toEqual([]);
    expect(found(['id', 'o\\*'])).toEqual([]);
  });

  it('refuses a filter that is not served, rather than ignoring it', () => {
    expect(() => found(['colour', 'red'])).toThrow(expect.objectContaining({ code: 'InvalidParameterValue' }));
  });
});
