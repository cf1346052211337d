import { describe, expect, it } from 'vitest';
import { mentionedInArguments, mentionedInEnvFile } from './mentioned-names.js';

describe('what an env file takes from the environment', () => {
  it('is lines without a value, and variables within values', () => {
    const text = `# COMMENTED
PLAIN=value
PASSED
  export EXPORTED # with a comment
WITH_VALUE="\${INNER:-x} $OTHER"
EMPTY=
LAST\r`;
    expect(mentionedInEnvFile(text)).toEqual(['PASSED', 'EXPORTED', 'LAST', 'INNER', 'OTHER']);
  });
});

describe('what a call takes from the environment', () => {
  it.each([
    [['run', '-e', 'KEY', 'web'], ['KEY']],
    [
      ['--env', 'A', '--env=B', '-eC', '-e=D'],
      ['A', 'B', 'C', 'D'],
    ],
    [
      ['--build-arg', 'ARG', '--build-arg=OTHER'],
      ['ARG', 'OTHER'],
    ],
    [['-e', 'KEY=value', '--env=B=c', '-e'], []],
    [['up', '-d', 'web'], []],
  ])('of %j is %j', (words, names) => {
    expect(mentionedInArguments(words)).toEqual(names);
  });
});
