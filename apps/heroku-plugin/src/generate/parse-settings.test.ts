import { expect, test } from 'vitest';
import { parseSettings } from './parse-settings.js';
import { readTemplates } from './read-templates.js';
import { suggestCommands } from './suggest-commands.js';

const templates = await readTemplates();
const template = (name: string) => templates.find((candidate) => candidate.name === name)!;

test('a value keeps its equals signs, and may be empty', () => {
  expect(parseSettings(['A=b=c==', 'B='], template('helloworld'))).toEqual({ A: 'b=c==', B: '' });
});

test('a name alone is a new secret each time, where the template allows it', () => {
  const first = parseSettings(['POSTGRES_PASSWORD'], template('postgres'))['POSTGRES_PASSWORD'];
  expect(first).toHaveLength(32);
  expect(parseSettings(['POSTGRES_PASSWORD'], template('postgres'))['POSTGRES_PASSWORD']).not.toBe(first);
  expect(() => parseSettings(['RAILGUN_ACTIVATION_KEY'], template('railgun'))).toThrow('--set RAILGUN_ACTIVATION_KEY=VALUE');
});

test('a bad name is refused, and the error holds no value', () => {
  expect(() => parseSettings(['bad-name=canary-value'], template('postgres'))).toThrow(/^(?!.*canary-value)/);
  expect(() => parseSettings(['=canary-value'], template('postgres'))).toThrow('NAME=VALUE');
});

test('commands name the app when it is known', () => {
  expect(suggestCommands(template('railgun').configVars, undefined)).toEqual(['heroku config:set RAILGUN_ACTIVATION_KEY=VALUE']);
  expect(suggestCommands(template('postgres').configVars, 'acme')[0]).toMatch(/ --app acme$/);
});
