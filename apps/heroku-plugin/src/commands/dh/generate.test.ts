import { mkdtemp, readdir, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { HerokuWorld } from '../../../../local-cloud/src/heroku/testing/heroku-world.js';
import { runCommand } from '../../generate/testing/run-command.js';
import Generate from './generate.js';

const here = process.cwd();
const former = { ...process.env };
let folder = '';
let world: HerokuWorld | null = null;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'generate-command-')));
  process.chdir(folder);
  // A closed port: whoever calls Heroku without need fails.
  Object.assign(process.env, { HOME: folder, HEROKU_HOST: 'http://127.0.0.1:1', HEROKU_API_KEY: 'HRKU-test', DISABLE_TELEMETRY: 'true' });
  delete process.env['HEROKU_APP'];
});

afterEach(async () => {
  process.chdir(here);
  for (const name of Object.keys(process.env)) if (!(name in former)) delete process.env[name];
  Object.assign(process.env, former);
  await world?.stop();
  world = null;
  await rm(folder, { recursive: true, force: true });
});

async function startHeroku(): Promise<HerokuWorld> {
  world = await HerokuWorld.start();
  process.env['HEROKU_HOST'] = world.heroku.url;
  await world.addon();
  return world;
}

test('without a name all stacks are listed, and nothing is written', async () => {
  const { code, out } = await runCommand(Generate);
  expect(code).toBe(0);
  for (const name of ['helloworld', 'caddy-proxy', 'faye', 'rethinkdb', 'railgun', 'postgres'])
    expect(out).toMatch(new RegExp(`^  ${name} +\\S`, 'm'));
  expect(await readdir(folder)).toEqual([]);
});

test('an unknown name is an error with the list; a path is no name', async () => {
  for (const name of ['nonsense', '../postgres', 'faye/faye']) {
    const { code, err } = await runCommand(Generate, name);
    expect(code).toBe(1);
    expect(err).toContain(`The stack named '${name}' is not found`);
    expect(err).toContain('helloworld');
  }
});

test('helloworld needs no Heroku, no app and no login', async () => {
  delete process.env['HEROKU_API_KEY'];
  const { code, out } = await runCommand(Generate, 'helloworld');
  expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining('Stack generated') });
  expect(await readFile(join(folder, 'dockhero-compose.yml'), 'utf8')).toContain('dockhero-docs:hello');
});

test('a second time, without a terminal, nothing is overwritten unless --force says so', async () => {
  await runCommand(Generate, 'helloworld');
  expect(await runCommand(Generate, 'postgres')).toMatchObject({ code: 1, err: expect.stringContaining('--force') });
  expect(await readFile(join(folder, 'dockhero-compose.yml'), 'utf8')).toContain('hello');
  expect(await runCommand(Generate, 'postgres', '--force')).toMatchObject({ code: 0 });
  expect(await readFile(join(folder, 'dockhero-compose.yml'), 'utf8')).toContain('postgres');
});

test('--set sets config vars of the app on Heroku, generated ones too, and shows no value', async () => {
  const heroku = await startHeroku();
  const { code, out, err } = await runCommand(
    Generate,
    'rethinkdb',
    '--app',
    'acme',
    '--set',
    'RETHINKDB_PASSWORD=hunter2',
    '--set',
    'RETHINKDB_ADMIN_PASSWORD',
  );
  expect({ code, err }).toEqual({ code: 0, err: '' });
  const { config } = await heroku.app();
  expect(config).toMatchObject({ RETHINKDB_PASSWORD: 'hunter2', RETHINKDB_ADMIN_PASSWORD: expect.stringMatching(/^.{32}$/) });
  expect(out).toContain('Set on acme: RETHINKDB_PASSWORD, RETHINKDB_ADMIN_PASSWORD');
  for (const secret of ['hunter2', config['RETHINKDB_ADMIN_PASSWORD'] ?? 'x']) expect(out + err).not.toContain(secret);
});

test('without a terminal, what the app lacks is told as commands', async () => {
  await startHeroku();
  const { code, out } = await runCommand(Generate, 'postgres', '--app', 'acme');
  expect(code).toBe(0);
  expect(out).toMatch(/heroku config:set POSTGRES_PASSWORD=.* --app acme/);
});

test('--set without an app stops before a file is written', async () => {
  expect(await runCommand(Generate, 'postgres', '--set', 'POSTGRES_PASSWORD')).toMatchObject({
    code: 1,
    err: expect.stringContaining('--app'),
  });
  expect(await readdir(folder)).toEqual([]);
});
