import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { readTemplates } from './read-templates.js';

const run = promisify(execFile);
const templates = await readTemplates();

/** What an app with the add-on has, and what the template asks for. */
function variables(names: readonly string[]): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'] ?? '',
    DOCKHERO_HOST: 'dockhero-curved-12345.dockhero.io',
    HEROKU_APP_URL: 'https://acme.herokuapp.com/',
    HEROKU_APP_NAME: 'acme',
    ...Object.fromEntries(names.map((name) => [name, 'value-of-it'])),
  };
}

test.for(templates)('$name is read without a word by docker-compose, and by docker stack', async (template) => {
  const folder = await mkdtemp(join(tmpdir(), 'template-'));
  try {
    await cp(template.folder, folder, { recursive: true });
    const env = variables(template.configVars.map(({ name }) => name));
    const compose = await run('docker-compose', ['-f', 'dockhero-compose.yml', '-p', 'dockhero', 'config'], { cwd: folder, env });
    expect(compose.stderr).toBe('');
    expect(compose.stdout).toContain('services:');
    const stack = await run('docker', ['stack', 'config', '-c', 'dockhero-compose.yml'], { cwd: folder, env });
    // That a stack cannot bind to one address is in the usage; nothing else may be said.
    expect(stack.stderr.split('\n').filter((line) => line !== '' && !line.includes('ignoring IP-address'))).toEqual([]);
    for (const file of [compose.stdout, stack.stdout]) {
      for (const { name } of template.configVars) expect(file, `${template.name} uses ${name}`).toContain('value-of-it');
    }
    for (const { name } of template.configVars) {
      const without = { ...env, [name]: '' };
      await expect(run('docker-compose', ['-f', 'dockhero-compose.yml', 'config'], { cwd: folder, env: without }), name).rejects.toThrow(
        name,
      );
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
