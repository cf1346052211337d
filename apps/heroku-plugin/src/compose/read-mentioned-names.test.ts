import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readStackfiles } from '../stackfile/read-stackfile.js';
import { type MentionedNames, readMentionedNames } from './read-mentioned-names.js';

describe('readMentionedNames', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mentioned-'));
    await mkdir(join(folder, 'sub'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function read(stackfile: string, files: readonly string[] = ['f.yml']): Promise<MentionedNames> {
    await writeFile(join(folder, 'f.yml'), stackfile);
    const stackfiles = await readStackfiles(files, folder);
    return readMentionedNames({ stackfiles, files, envFiles: [join(folder, '.env')], project: folder, folder });
  }

  it('finds them in the env files of every service, of files that were included, and in .env', async () => {
    await writeFile(join(folder, '.env'), 'A=${FROM_DOTENV}\n');
    for (const name of ['a', 'b', 'sub/c']) await writeFile(join(folder, `${name}.env`), `IN_${name.slice(-1).toUpperCase()}\nB=1\n`);
    await writeFile(join(folder, 'sub', 'more.yml'), 'services: {c: {image: x, env_file: c.env}}\n');
    const { names, isComplete } = await read(
      'include: [sub/more.yml]\nservices:\n  a: {image: x, env_file: a.env}\n  b: {image: x, env_file: [{path: b.env, required: false}, none.env]}\n',
    );
    expect([names, isComplete]).toEqual([new Set(['FROM_DOTENV', 'IN_A', 'IN_B', 'IN_C']), true]);
  });

  it('finds them in a file of version 1', async () => {
    await writeFile(join(folder, 'a.env'), 'NAME\n');
    expect((await read('web: {image: x, env_file: a.env}\n')).names).toEqual(new Set(['NAME']));
  });

  it.each([
    ['standard input', 'services: {a: {image: x}}', ['f.yml', '-']],
    ['an include from elsewhere', 'include: ["https://example.com/x.git"]\nservices: {a: {image: x}}', undefined],
    ['an include that is not there', 'include: [none.yml]\nservices: {a: {image: x}}', undefined],
    ['an include with variables of its own', 'include: [{path: f.yml, env_file: x.env}]\nservices: {a: {image: x}}', undefined],
    ['an extended file whose name is a variable', 'services: {a: {extends: {file: "$F", service: a}}}', undefined],
    ['an env file whose name is a variable', 'services: {a: {image: x, env_file: "$F"}}', undefined],
  ])('knows that it does not know all with %s', async (_name, stackfile, files) => {
    expect((await read(stackfile, files)).isComplete).toBe(false);
  });
});
