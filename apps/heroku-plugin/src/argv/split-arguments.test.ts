import { describe, expect, it } from 'vitest';
import { splitArguments } from './split-arguments.js';

describe('splitArguments', () => {
  it.each([
    ['long flags before docker', ['--app', 'x', 'ps'], ['--app', 'x'], ['ps']],
    ['long flags behind docker', ['up', '-d', '--app', 'x'], ['--app', 'x'], ['up', '-d']],
    ['long flags in the middle, joined', ['run', '--app=x', '-it', 'alpine'], ['--app=x'], ['run', '-it', 'alpine']],
    ['the add-on and the remote', ['ps', '--addon', 'BLUE', '--remote=prod'], ['--addon', 'BLUE', '--remote=prod'], ['ps']],
    ['short flags before docker', ['-a', 'x', '-r', 'prod', 'ps', '-a'], ['-a', 'x', '-r', 'prod'], ['ps', '-a']],
    ['short flags with the value joined', ['-ax', 'ps'], ['-ax'], ['ps']],
  ])('claims %s', (_name, argv, claimed, passed) => {
    expect(splitArguments(argv)).toEqual({ claimed, passed });
  });

  it.each([
    ["docker's own -a", ['ps', '-a'], ['ps', '-a']],
    ["docker's own -a with what looks like a value", ['ps', '-a', 'x'], ['ps', '-a', 'x']],
    ['everything behind a leading --, which it drops', ['--', 'run', '--help', '--app', 'x'], ['run', '--help', '--app', 'x']],
    [
      "everything behind docker's own --, which it keeps",
      ['exec', 'web', '--', 'sh', '--app', 'x'],
      ['exec', 'web', '--', 'sh', '--app', 'x'],
    ],
    ['a second -- behind the leading one', ['--', 'run', 'img', '--', 'x'], ['run', 'img', '--', 'x']],
    ['empty words and words with spaces', ['run', '', 'a b', '$X'], ['run', '', 'a b', '$X']],
    ['long flags that only begin like ours', ['run', '--apparmor', 'x', '--application=y'], ['run', '--apparmor', 'x', '--application=y']],
  ])('passes %s', (_name, argv, passed) => {
    expect(splitArguments(argv)).toEqual({ claimed: [], passed });
  });

  it('leaves a flag without its value to the parser', () => {
    expect(splitArguments(['ps', '--app'])).toEqual({ claimed: ['--app'], passed: ['ps'] });
  });

  it('loses no word but one --, and changes no order, whatever the words', () => {
    const words = ['--app', 'x', '--', '-a', 'ps', '--app=y', '', '-r', '--addon', '-it'];
    for (let seed = 1; seed < 2_000; seed++) {
      const argv = Array.from({ length: seed % 9 }, (_, index) => words[(seed * 7 + index * index * 3) % words.length] ?? '');
      const { claimed, passed } = splitArguments(argv);
      const dropped = argv.length - claimed.length - passed.length;
      expect(dropped === 0 || (dropped === 1 && argv.includes('--'))).toBe(true);
      expect([isWithin(claimed, argv), isWithin(passed, argv)]).toEqual([true, true]);
    }
  });
});

/** All words of `part` are in `whole`, in the same order. */
function isWithin(part: readonly string[], whole: readonly string[]): boolean {
  let next = 0;
  for (const word of whole) if (next < part.length && word === part[next]) next += 1;
  return next === part.length;
}
