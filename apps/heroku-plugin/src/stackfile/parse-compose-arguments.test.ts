import { describe, expect, it } from 'vitest';
import { variablesNeededBy } from './commands-needing-variables.js';
import { parseComposeArguments } from './parse-compose-arguments.js';

const split = (line: string): readonly string[] => (line === '' ? [] : line.split(' '));

describe('a call of compose, taken apart', () => {
  it.each([
    ['up -d', 'up', '-d'],
    ['-f a.yml -f b.yml up -f', 'up', '-f'],
    ['--profile p --ansi never --project-directory d run web sh -c x', 'run', 'web sh -c x'],
    ['--ansi=never --env-file=e config', 'config', ''],
    ['-fa.yml -pname ps', 'ps', ''],
    ['--verbose --compatibility --dry-run down', 'down', ''],
    ['-H tcp://h:1 --tlsverify --tlscacert ca logs', 'logs', ''],
    ['--parallel 3 --progress plain pull', 'pull', ''],
    ['-- up', 'up', ''],
    ['-f - up', 'up', ''],
    ['-f', undefined, ''],
    ['', undefined, ''],
  ])('finds the subcommand of "%s"', (line, subcommand, rest) => {
    const parsed = parseComposeArguments(split(line));
    expect(parsed.subcommand).toBe(subcommand);
    expect(parsed.rest).toEqual(split(rest));
  });

  it('loses nothing and changes no order', () => {
    const args = split('--profile a -f x --file=y --verbose -p n run --rm web ls -f');
    const { globalOptions, subcommand, rest } = parseComposeArguments(args);
    expect([...globalOptions, subcommand, ...rest]).toEqual(args);
  });

  it('reads the options that others need', () => {
    expect(
      parseComposeArguments(split('-f a --file=b -fc -f=d -p one --project-name two --env-file e --profile p --project-directory d up')),
    ).toMatchObject({
      files: ['a', 'b', 'c', 'd'],
      envFiles: ['e'],
      profiles: ['p'],
      projectName: 'two',
      projectDirectory: 'd',
    });
  });

  it('leaves the options of the subcommand alone', () => {
    expect(parseComposeArguments(split('exec -T web -f x -p y')).files).toEqual([]);
  });
});

describe('which variables a call needs', () => {
  it.each(split('up run create config convert build deploy scale watch publish bridge a-command-of-tomorrow'))(
    '%s needs all',
    (command) => {
      expect(variablesNeededBy(parseComposeArguments([command]))).toBe('all');
    },
  );

  it.each(split('logs ps down stop kill rm exec port top events images start restart pause unpause ls version wait cp stats attach'))(
    '%s needs none',
    (command) => {
      expect(variablesNeededBy(parseComposeArguments(['-f', 'up', command]))).toBe('none');
    },
  );

  it.each(split('pull push'))('%s needs those of the images', (command) => {
    expect(variablesNeededBy(parseComposeArguments([command]))).toBe('images');
  });

  it.each(['', '--help', '--version', '--help up', 'up --help', 'up -h', 'run --help', 'config --no-interpolate', 'config --variables'])(
    '"%s" only tells something and needs none',
    (line) => {
      expect(variablesNeededBy(parseComposeArguments(split(line)))).toBe('none');
    },
  );

  it.each(['run web tool --help', 'run -h', 'config --services'])('"%s" needs all', (line) => {
    expect(variablesNeededBy(parseComposeArguments(split(line)))).toBe('all');
  });
});
