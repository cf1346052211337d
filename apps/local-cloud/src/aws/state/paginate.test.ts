import { describe, expect, it } from 'vitest';
import { paginate } from './paginate.js';

const ids = (count: number): string[] => Array.from({ length: count }, (_, n) => `i-${n}`);
const page = (all: string[], MaxResults?: number, NextToken?: string, asked?: string[]): { page: string[]; NextToken?: string } =>
  paginate(all, { MaxResults, NextToken }, asked, (id) => id);

describe('paginate', () => {
  it('gives everything to who does not ask for pages', () => {
    expect(page(ids(2000))).toEqual({ page: ids(2000) });
  });

  it('gives each resource once, and no token with the last', () => {
    const seen: string[] = [];
    let token: string | undefined;
    for (let n = 0; n < 3; n += 1) {
      const next = page(ids(12), 5, token);
      seen.push(...next.page);
      token = next.NextToken;
    }
    expect(seen).toEqual(ids(12));
    expect(token).toBeUndefined();
  });

  it('skips nothing when earlier resources vanish between pages', () => {
    const first = page(ids(12), 5);
    expect(page(ids(12).slice(3), 5, first.NextToken).page).toEqual(['i-5', 'i-6', 'i-7', 'i-8', 'i-9']);
  });

  it.each([
    ['ids together with a page size', 5, undefined, ['i-1'], 'InvalidParameterCombination'],
    ['a page size below 5', 4, undefined, undefined, 'InvalidParameterValue'],
    ['a token that it has not given', 5, 'nonsense', undefined, 'InvalidNextToken'],
  ])('refuses %s', (_what, max, token, asked, code) => {
    expect(() => page(ids(12), max, token, asked)).toThrow(expect.objectContaining({ code }));
  });
});
