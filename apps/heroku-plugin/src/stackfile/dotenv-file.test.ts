import { describe, expect, it } from 'vitest';
import { parseDotenv } from './dotenv-file.js';

const environment: Readonly<Record<string, string>> = { FROM_SHELL: 'shell', BOTH: 'shell' };
const read = (text: string, tool: 'compose' | 'compose-1' = 'compose'): Record<string, string> =>
  Object.fromEntries(parseDotenv(text, (name) => environment[name], '.env', tool));

describe('.env as docker compose reads it', () => {
  // https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/#env-file-syntax
  it.each([
    ['a plain value', 'VAR=VAL', 'VAL'],
    ['double quotes', 'VAR="VAL"', 'VAL'],
    ['single quotes', "VAR='VAL'", 'VAL'],
    ['a comment behind a space', 'VAR=VAL # comment', 'VAL'],
    ['no comment without a space', 'VAR=VAL# not a comment', 'VAL# not a comment'],
    ['no comment within quotes', 'VAR="VAL # not a comment"', 'VAL # not a comment'],
    ['a comment behind quotes', 'VAR="VAL" # comment', 'VAL'],
    ['single quotes keep variables', "VAR='${FROM_SHELL}'", '${FROM_SHELL}'],
    ['single quotes can be escaped', "VAR='Let\\'s go!'", "Let's go!"],
    ['double quotes can be escaped', 'VAR="{\\"hello\\": \\"json\\"}"', '{"hello": "json"}'],
    ['escapes in double quotes', 'VAR="a\\tb\\nc\\\\d"', 'a\tb\nc\\d'],
    ['no escapes in single quotes', "VAR='some\\tvalue'", 'some\\tvalue'],
    ['no escapes without quotes', 'VAR=some\\tvalue', 'some\\tvalue'],
    ['double quotes over several lines', 'VAR="one\ntwo"', 'one\ntwo'],
    ['single quotes over several lines', "VAR='one\ntwo'", 'one\ntwo'],
    ['export', 'export VAR=x', 'x'],
    ['spaces around =', 'VAR = x', 'x'],
    ['a colon for =', 'VAR: x', 'x'],
    ['an empty value', 'VAR=', ''],
    ['an equals sign in the value', 'VAR=a=b', 'a=b'],
    ['the process environment', 'VAR=${FROM_SHELL}', 'shell'],
    ['an earlier line', 'A=1\nVAR="${A}2"', '12'],
    ['the process environment before an earlier line', 'BOTH=file\nVAR=$BOTH', 'shell'],
    ['a default, nested', 'VAR=${NONE:-${FROM_SHELL}}', 'shell'],
    ['an escaped dollar sign', 'VAR="a\\${FROM_SHELL}"', 'a${FROM_SHELL}'],
    ['the last of two lines', 'VAR=1\nVAR=2', '2'],
    ['lines that end as on Windows', 'A=1\r\nVAR=x\r\n', 'x'],
    ['a byte order mark', '\uFEFFVAR=x', 'x'],
  ])('reads %s', (_, text, expected) => {
    expect(read(text)['VAR']).toBe(expected);
  });

  it('takes a name alone from the environment, and leaves it out when it is not there', () => {
    expect(read('FROM_SHELL\nNOWHERE\n')).toEqual({ FROM_SHELL: 'shell' });
  });

  it.each([
    ['VAR="open', '.env:1:5: the " of VAR is not closed'],
    ['A=1\n\n?x=2', '.env:3:1: a name is expected here'],
    ['A B=1', '.env:1:3: A has no = behind it'],
    ['A=${s3cret', 'A: invalid interpolation format: ${s3cret…'],
  ])('refuses %j with its line', (text, message) => {
    expect(() => read(text)).toThrow(message);
  });

  it('quotes no value in an error', () => {
    for (const text of ["A='s3cret\nB=1", 'A="s3cret', 'A=s3cret${']) {
      expect(() => read(text)).toThrow(expect.objectContaining({ message: expect.not.stringContaining('s3cret') as string }) as Error);
    }
  });
});

describe('.env as docker-compose 1.29 reads it, where that differs', () => {
  it.each([
    ['expands in single quotes', "VAR='${FROM_SHELL}'", 'shell'],
    ['lets an earlier line win over the environment', 'BOTH=file\nVAR=${BOTH}', 'file'],
    ['keeps $NAME and $$', 'VAR=$FROM_SHELL$$', '$FROM_SHELL$$'],
    ['gives the default only when unset', 'E=\nVAR=${E:-d}', ''],
    ['keeps forms it does not know', 'VAR=${A-d}', ''],
    ['skips a line it cannot read', 'VAR="open\nVAR2=1', undefined],
  ])('%s', (_, text, expected) => {
    expect(read(text, 'compose-1')['VAR']).toBe(expected);
  });
});
