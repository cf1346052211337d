import { execFile } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { builtFile } from '../testing/built-plugin.js';

describe('what a command loads before it knows its stackfile', () => {
  it('is not the YAML library, which would take most of the time', async () => {
    const script = `
      import { registerHooks } from 'node:module';
      const seen = [];
      registerHooks({ resolve: (specifier, context, next) => (seen.push(specifier), next(specifier, context)) });
      await import(${JSON.stringify(pathToFileURL(builtFile('compose/run-compose.js')).href)});
      console.log(seen.filter((one) => one === 'yaml' || one.includes('read-stackfile')).join());`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
    expect(stdout.trim()).toBe('../stackfile/read-stackfile.js');
  });
});
