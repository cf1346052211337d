import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { planBySlug } from '../../../../packages/domain/src/plan.js';
import { parseOptions } from '../../../../packages/domain/src/volumes/parse-options.js';
import { resolveOptions } from '../../../../packages/domain/src/volumes/resolve-options.js';
import { assertPlanHolds } from '../../../../packages/domain/src/volumes/volume-limits.js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readTemplates } from './read-templates.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'templates-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('the catalogue holds the original stacks and the databases, queue, search and browser', async () => {
  const names = (await readTemplates()).map(({ name }) => name);
  expect(names).toEqual([
    'caddy-proxy',
    'faye',
    'headless-chrome',
    'helloworld',
    'opensearch',
    'postgres',
    'rabbitmq',
    'railgun',
    'redis',
    'rethinkdb',
  ]);
});

test('template.json names every file of its folder and none besides', async () => {
  for (const template of await readTemplates()) {
    const entries = await readdir(template.folder, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile() && entry.name !== 'template.json')
      .map((entry) => join(entry.parentPath, entry.name).slice(template.folder.length + 1));
    expect(new Set(template.files), template.name).toEqual(new Set(files));
    expect(template.version).toMatch(/^\d+\.\d+\.\d+$/);
  }
});

test('a stackfile requires exactly the config vars that template.json asks for', async () => {
  for (const template of await readTemplates()) {
    const stackfile = await readFile(join(template.folder, 'dockhero-compose.yml'), 'utf8');
    const required = [...stackfile.matchAll(/(?<!\$)\$\{([A-Z_]+):\?/g)].map((match) => match[1]);
    expect(new Set(template.configVars.map(({ name }) => name)), template.name).toEqual(new Set(required));
    // What every app with the add-on has needs no question.
    const plain = [...stackfile.matchAll(/(?<!\$)\$\{([A-Z_]+)\}/g)].map((match) => match[1]);
    for (const name of plain) expect(['DOCKHERO_HOST', 'HEROKU_APP_URL', 'HEROKU_APP_NAME'], template.name).toContain(name);
  }
});

test('what is to last is on volumes that the driver takes, with a daily backup, and that the smallest plan holds', async () => {
  const smallest = planBySlug('hobby');
  const defaults = { sizeGib: 1, type: 'gp3', fs: 'ext4', backups: 'none' } as const;
  const withVolumes: string[] = [];
  for (const { name, folder: templateFolder } of await readTemplates()) {
    const { volumes = {} } = parse(await readFile(join(templateFolder, 'dockhero-compose.yml'), 'utf8')) as {
      volumes?: Record<string, { driver?: string; driver_opts?: Record<string, string | number> } | null>;
    };
    const wanted = Object.values(volumes).map((volume) => {
      expect(volume?.driver, name).toBe('dockhero');
      // Docker hands all of them over as texts.
      const given = Object.entries(volume?.driver_opts ?? {}).map(([option, value]) => [option, String(value)]);
      return resolveOptions(parseOptions(Object.fromEntries(given)), defaults);
    });
    if (wanted.length === 0) continue;
    withVolumes.push(name);
    expect(new Set(wanted.map(({ backups }) => backups)), name).toEqual(new Set(['daily']));
    expect(() => assertPlanHolds(smallest, wanted), name).not.toThrow();
  }
  expect(withVolumes).toEqual(['caddy-proxy', 'opensearch', 'postgres', 'rabbitmq', 'redis', 'rethinkdb']);
});

test('every service restarts by itself', async () => {
  for (const template of await readTemplates()) {
    const { services } = parse(await readFile(join(template.folder, 'dockhero-compose.yml'), 'utf8')) as {
      services: Record<string, { restart?: string }>;
    };
    for (const [name, service] of Object.entries(services))
      expect(service.restart, `${template.name} ${name}`).toMatch(/^unless-stopped$|^on-failure/);
  }
});

test('a broken template is said by its name', async () => {
  const good = { name: 'a', version: '1.0.0', description: 'd', files: [], configVars: [], usage: [] };
  await mkdir(join(folder, 'a'));
  const write = (json: unknown) => writeFile(join(folder, 'a/template.json'), JSON.stringify(json));
  await write(good);
  expect((await readTemplates(folder)).map(({ name }) => name)).toEqual(['a']);
  for (const broken of [
    { ...good, name: 'b' },
    { ...good, files: 'x' },
    { ...good, files: [1] },
    { ...good, usage: undefined },
  ]) {
    await write(broken);
    await expect(readTemplates(folder)).rejects.toThrow('templates/a');
  }
  await write({ ...good, configVars: [{ name: 'bad name', description: 'd' }] });
  await expect(readTemplates(folder)).rejects.toThrow('bad name');
});
