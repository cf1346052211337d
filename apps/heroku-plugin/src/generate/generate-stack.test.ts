import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type AppConfig, type GenerateOptions, generateStack, NotOverwrittenError } from './generate-stack.js';
import { createPrompt } from './prompt.js';
import { readTemplates } from './read-templates.js';
import { UnsafePathError } from './resolve-inside.js';

let folder = '';
let printed: string[] = [];
let warnings: string[] = [];
let asked = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'generate-'));
  printed = [];
  warnings = [];
  asked = '';
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** An app whose config vars are these, for as long as the test runs. */
function appWith(vars: Record<string, string>): AppConfig & { vars: Record<string, string> } {
  return {
    app: 'acme',
    vars,
    read: () => Promise.resolve(vars),
    set: (values) => {
      Object.assign(vars, values);
      return Promise.resolve();
    },
  };
}

async function generate(name: string, options: Partial<GenerateOptions> & { answers?: string } = {}): Promise<void> {
  const template = (await readTemplates()).find((candidate) => candidate.name === name);
  if (!template) throw new Error(name);
  const { answers, ...rest } = options;
  const input = new PassThrough();
  const output = new PassThrough();
  output.on('data', (chunk: Buffer) => (asked += chunk.toString()));
  const prompt = answers === undefined ? null : createPrompt(input, output, false);
  if (answers !== undefined) input.end(answers);
  await generateStack({
    template,
    folder,
    force: false,
    settings: {},
    config: null,
    prompt,
    print: (line) => printed.push(line),
    warn: (text) => warnings.push(text),
    ...rest,
  });
  prompt?.close();
}

const stackfile = () => readFile(join(folder, 'dockhero-compose.yml'), 'utf8');

test('without network and app, the files are written and the usage is shown', async () => {
  await generate('helloworld');
  expect(await stackfile()).toContain('published: 80');
  expect(printed.slice(0, 3)).toEqual(['Writing files:', '-->  dockhero-compose.yml', 'Stack generated']);
  expect(printed.join('\n')).toContain('heroku dh:compose up -d');
});

test('files in folders are written too', async () => {
  await generate('faye');
  expect(await readFile(join(folder, 'faye/server.mjs'), 'utf8')).toContain('FAYE_PUSH_TOKEN');
});

test('what exists is listed, and only a yes overwrites it; anything else is asked again', async () => {
  await writeFile(join(folder, 'dockhero-compose.yml'), 'mine');
  await expect(generate('helloworld', { answers: 'what?\nNO\n' })).rejects.toThrow(NotOverwrittenError);
  expect(warnings.join()).toContain('dockhero-compose.yml');
  expect(asked.match(/Proceed\?/g)).toHaveLength(2);
  expect(await stackfile()).toBe('mine');
  await expect(generate('helloworld', { answers: '' })).rejects.toThrow(NotOverwrittenError);
  await expect(generate('helloworld')).rejects.toThrow('--force');
  expect(await stackfile()).toBe('mine');
  await generate('helloworld', { answers: 'Yes\n' });
  expect(await stackfile()).toContain('dockhero-docs:hello');
});

test('--force overwrites without a question', async () => {
  await writeFile(join(folder, 'dockhero-compose.yml'), 'mine');
  await generate('helloworld', { force: true });
  expect(await stackfile()).toContain('dockhero-docs:hello');
});

test('a link out of the folder stops everything before the first file', async () => {
  const target = join(tmpdir(), `generate-target-${process.pid}`);
  await symlink(target, join(folder, 'faye'));
  await expect(generate('faye', { force: true })).rejects.toThrow(UnsafePathError);
  await expect(stackfile()).rejects.toThrow('ENOENT');
});

test('config vars that the app lacks are asked for and set; those it has are left alone', async () => {
  const app = appWith({ RETHINKDB_PASSWORD: 'kept' });
  await generate('rethinkdb', { config: app, answers: 'y\nhunter2\n' });
  expect(app.vars).toEqual({ RETHINKDB_PASSWORD: 'kept', RETHINKDB_ADMIN_PASSWORD: 'hunter2' });
  expect(asked).toContain('RETHINKDB_ADMIN_PASSWORD');
  expect(asked).not.toContain('RETHINKDB_PASSWORD (');
  expect(printed.join('\n')).not.toContain('hunter2');
});

test('Enter alone generates a secret that OpenSearch takes too', async () => {
  const app = appWith({});
  await generate('opensearch', { config: app, answers: 'y\n\n' });
  const secret = app.vars['OPENSEARCH_PASSWORD'] ?? '';
  expect(secret).toMatch(/^[A-Za-z][\w-]{31}$/);
  for (const kind of [/[A-Z]/, /[a-z]/, /[0-9]/, /[-_]/]) expect(secret).toMatch(kind);
  expect(printed.join('\n')).not.toContain(secret);
});

test('Enter alone leaves out what cannot be made up, and shows the command', async () => {
  const app = appWith({});
  await generate('railgun', { config: app, answers: 'y\n\n' });
  expect(app.vars).toEqual({});
  expect(printed.join('\n')).toContain('heroku config:set RAILGUN_ACTIVATION_KEY=VALUE --app acme');
});

test('a no sets nothing and shows the commands', async () => {
  const app = appWith({});
  await generate('postgres', { config: app, answers: 'n\n' });
  expect(app.vars).toEqual({});
  expect(printed.join('\n')).toContain('heroku config:set POSTGRES_PASSWORD=');
});

test('without a terminal nothing is asked: the commands are shown', async () => {
  await generate('postgres', { config: appWith({}) });
  expect(asked).toBe('');
  expect(printed.join('\n')).toContain('The stack also needs these config vars:');
});

test('--set sets without a question, and what it sets is not asked for', async () => {
  const app = appWith({});
  await generate('postgres', { config: app, settings: { POSTGRES_PASSWORD: 'hunter2' }, answers: '' });
  expect(app.vars).toEqual({ POSTGRES_PASSWORD: 'hunter2' });
  expect(asked).toBe('');
  expect(printed.join('\n')).not.toContain('needs these config vars');
});

test('when Heroku cannot be asked, the files are written and the commands shown', async () => {
  const config: AppConfig = { ...appWith({}), read: () => Promise.reject(new Error('getaddrinfo ENOTFOUND')) };
  await generate('postgres', { config, answers: '' });
  expect(await stackfile()).toContain('postgres');
  expect(warnings.join()).toContain('acme');
  expect(printed.join('\n')).toContain('set those that your app lacks');
});
