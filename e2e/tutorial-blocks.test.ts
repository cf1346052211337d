import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { tutorialCommands } from './tutorial-blocks.js';

test('commands, continued lines and expectations are read from marked blocks only', () => {
  const markdown = [
    'Text.',
    '```sh',
    'not this',
    '```',
    '```sh tutorial',
    '# A comment.',
    'one --two \\',
    '  three',
    '# => a word',
    '# => and another # with a hash',
    '',
    'four',
    '```',
    'More text.',
    '```sh tutorial',
    'five',
    '```',
  ].join('\n');
  expect(tutorialCommands(markdown)).toEqual([
    { command: 'one --two three', expected: ['a word', 'and another # with a hash'], line: 7 },
    { command: 'four', expected: [], line: 12 },
    { command: 'five', expected: [], line: 16 },
  ]);
});

test('a block that is broken is refused', () => {
  expect(() => tutorialCommands('```sh tutorial\n# => x\n```')).toThrow('line 2');
  expect(() => tutorialCommands('```sh tutorial\nx')).toThrow('does not end');
  expect(() => tutorialCommands('```sh tutorial\nx \\\n```')).toThrow('line 2');
});

test('the tutorial takes a customer from the first command to the last', async () => {
  const commands = tutorialCommands(await readFile(new URL('../docs/cli.md', import.meta.url), 'utf8')).map(({ command }) => command);
  const steps = [
    'apps:create',
    'addons:create',
    'dh:wait',
    'dh:generate',
    'dh:compose up',
    'dh:compose exec',
    'dh:deploy',
    'dh:docker build',
    'dh:certs',
    'dh:doctor',
    'addons:destroy',
  ];
  const places = steps.map((step) => commands.findIndex((command) => command.includes(`heroku ${step}`)));
  expect(places.every((place) => place >= 0)).toBe(true);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
});
