import { describe, expect, it } from 'vitest';
import type { Grammar } from './compose-tool.js';
import { interpolate, referencesIn } from './interpolate.js';
import { InvalidInterpolation } from './parse-template.js';
import { randomText, variableNames } from './testing/random-text.js';
import { Seeded } from './testing/seeded.js';

const values: Readonly<Record<string, string>> = { SET: 'value', EMPTY: '', OTHER: 'other' };
const lookup = (name: string): string | undefined => values[name];
const filled = (text: string, grammar: Grammar = 'compose'): string => interpolate(text, lookup, grammar).text;

describe('the grammar of the Compose specification', () => {
  // https://docs.docker.com/reference/compose-file/interpolation/, sentence by sentence. docker-compose 1.29 lacks the rows marked "new".
  it.each([
    ['direct substitution, braced', '${SET}', 'value'],
    ['direct substitution, bare', '$SET/x', 'value/x'],
    ['":-": the default when unset', '${NONE:-default}', 'default'],
    ['":-": the default when empty', '${EMPTY:-default}', 'default'],
    ['":-": the value otherwise', '${SET:-default}', 'value'],
    ['"-": the default when unset', '${NONE-default}', 'default'],
    ['"-": an empty value counts', '${EMPTY-default}', ''],
    ['":?": the value when set', '${SET:?error}', 'value'],
    ['"?": an empty value counts', '${EMPTY?error}', ''],
    ['":+" (new): the replacement when set and not empty', '${SET:+replacement}', 'replacement'],
    ['":+" (new): nothing when empty', '${EMPTY:+replacement}', ''],
    ['"+" (new): the replacement when set', '${EMPTY+replacement}', 'replacement'],
    ['"+" (new): nothing when unset', '${NONE+replacement}', ''],
    ['nested (new): ${VARIABLE:-${FOO}}', '${NONE:-${SET}}', 'value'],
    ['nested (new): ${VARIABLE?$FOO}', '${SET?$OTHER}', 'value'],
    ['nested (new): ${VARIABLE:-${FOO:-default}}', '${NONE:-${EMPTY:-default}}', 'default'],
    ['nested (new), three deep and with text around', 'a${NONE:-b${EMPTY:-c${NONE-d}e}f}g', 'abcdefg'],
    ['nested (new) in a replacement', '${SET:+${OTHER}!}', 'other!'],
    ['"what is no variable definition is preserved" (new)', 'costs $1, $-, $', 'costs $1, $-, $'],
    ['"$$" is a literal dollar sign', '$$SET $${SET} $$$SET', '$SET ${SET} $value'],
    ['a default may be JSON', '${NONE:-{"a":{"b":1}}}', '{"a":{"b":1}}'],
    ['a default may hold one brace', '${NONE:-{}', '{'],
    ['a default holds other operators as text', '${NONE:-a-b:?c+d}', 'a-b:?c+d'],
    ['values are not interpolated again', '${DOLLAR}', '$SET'],
  ])('%s', (_, text, expected) => {
    expect(interpolate(text, (name) => (name === 'DOLLAR' ? '$SET' : values[name])).text).toBe(expected);
  });

  it.each([
    ['a digit first', '${1}', '${1…', 0],
    ['no name', 'a ${}', '${…', 2],
    ['an unclosed brace', 'ab${SET', '${SET…', 2],
    ['an unclosed brace within another', '${NONE:-${SET}', '${NONE:-…', 0],
    ['a character that no name has', '${SET!}', '${SET…', 0],
    ['bash’s replacement of patterns', '${SET/foo/bar}', '${SET…', 0],
    ['a wrong form within a default', 'x${NONE:-a${2}}', '${2…', 10],
  ])('refuses %s, and says where', (_, text, form, offset) => {
    const refused = catchError(() => filled(text));
    expect(refused.message).toContain(`invalid interpolation format: ${form}`);
    expect(refused.offset).toBe(offset);
  });
});

describe('what is missing', () => {
  it('names a bare variable that is not set, once, and goes on with nothing', () => {
    expect(interpolate('$NONE-${NONE}${ALSO}', lookup)).toEqual({ text: '-', missing: ['NONE', 'ALSO'], unmet: [] });
  });

  it('does not miss an empty variable, nor one with a default or replacement', () => {
    expect(interpolate('${EMPTY}${NONE-}${NONE:+x}', lookup)).toEqual({ text: '', missing: [], unmet: [] });
  });

  it('reports a required variable with its message as written', () => {
    expect(interpolate('${NONE:?set it, ${SET}}${EMPTY:?}${EMPTY?never}', lookup).unmet).toEqual([
      { name: 'NONE', message: 'set it, ${SET}' },
      { name: 'EMPTY', message: '' },
    ]);
  });

  it('misses the variables of a default only when the default is used', () => {
    expect(interpolate('${SET:-${NONE}}', lookup).missing).toEqual([]);
    expect(interpolate('${EMPTY:-${NONE}}', lookup).missing).toEqual(['NONE']);
    expect(interpolate('${NONE:+${ALSO}}', lookup).missing).toEqual([]);
  });

  it('lists every variable of a text, nested ones too, with the place', () => {
    expect(referencesIn('a $A ${B:-${C?why}} $$D').map(({ name, need, nested, offset }) => [name, need, nested, offset])).toEqual([
      ['A', 'bare', false, 2],
      ['B', 'default', false, 5],
      ['C', 'required', true, 10],
    ]);
  });
});

describe('the older grammars', () => {
  it.each<[Grammar, string, string | typeof InvalidInterpolation]>([
    ['compose-1', '${NONE:-${SET}}', '${SET}'],
    ['compose-1', '${SET:+x}', InvalidInterpolation],
    ['compose-1', '$1', InvalidInterpolation],
    ['legacy', '$SET ${SET} $$', 'value value $'],
    ['legacy', '${SET:-x}', InvalidInterpolation],
    ['stack', '$NONE-web/x', 'web/x'],
    ['stack', '${NONE?must-set it}', 'set it'],
    ['stack', '${NONE-a:-b}', 'b'],
    ['stack', '${SET+x}', InvalidInterpolation],
  ])('%s reads %s in its own way', (grammar, text, expected) => {
    if (expected === InvalidInterpolation) expect(() => filled(text, grammar)).toThrow(InvalidInterpolation);
    else expect(filled(text, grammar)).toBe(expected);
  });
});

describe('whatever the text is', () => {
  const grammars: readonly Grammar[] = ['compose', 'compose-1', 'legacy', 'stack'];

  it('throws nothing but its own error, and no value is in that or in a message', () => {
    const canary = 'canary-5b1f';
    let refusals = 0;
    for (let seed = 1; seed <= 20_000; seed++) {
      const random = new Seeded(seed);
      const text = random.chance(30) ? soup(random) : randomText(random, 30);
      const lookup = (name: string): string | undefined => (variableNames.indexOf(name as 'TAG') % 2 === 0 ? canary : undefined);
      for (const grammar of grammars) {
        try {
          const { missing, unmet } = interpolate(text, lookup, grammar);
          expect(JSON.stringify([missing, unmet])).not.toContain(canary);
        } catch (error) {
          refusals++;
          if (!(error instanceof InvalidInterpolation)) throw error;
          expect(`${error.message}${error.form}`).not.toContain(canary);
          expect(text[error.offset]).toBe('$');
        }
      }
    }
    expect(refusals).toBeGreaterThan(1000);
  });

  it('reads a text without a dollar sign as it stands', () => {
    for (const grammar of grammars) expect(filled('a {b} c: #d', grammar)).toBe('a {b} c: #d');
  });

  it('refuses what is nested without end instead of filling the stack', () => {
    expect(() => filled(`${'${A:-'.repeat(10_000)}${'}'.repeat(10_000)}`)).toThrow(/nested more than 50 deep/);
  });

  it('does not quote what stands behind a wrong form: it may be a secret', () => {
    expect(catchError(() => filled('pa$1s3cret', 'compose-1')).message).not.toContain('s3cret');
    expect(catchError(() => filled('${TOKEN:-s3cret')).message).not.toContain('s3cret');
  });
});

function soup(random: Seeded): string {
  return random
    .times(0, 12, () => random.pick(['$', '{', '}', ':', '-', '?', '+', 'TAG', 'q', ' ', '1', '\n', '💧', '${', '${TAG:-']))
    .join('');
}

function catchError(act: () => unknown): InvalidInterpolation {
  try {
    act();
  } catch (error) {
    if (error instanceof InvalidInterpolation) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
