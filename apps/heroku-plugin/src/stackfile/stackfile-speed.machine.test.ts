import { execFile } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { builtFile } from '../testing/built-plugin.js';
import { childEnvironment, lookupIn } from './child-environment.js';
import { findVariables } from './find-variables.js';
import { lintStackfile } from './lint-stackfile.js';
import { findMissing } from './missing-variables.js';
import { parseStackfile } from './parse-stackfile.js';

/** Ten services with twelve variables each: more than an ordinary stackfile has. */
const stack = `services:\n${Array.from({ length: 10 }, (_, index) => service(index)).join('')}volumes: {data: {}}\n`;

function service(index: number): string {
  const variables = Array.from({ length: 12 }, (_, key) => `      KEY_${key}: "\${KEY_${index}_${key}:-text} and $SHARED"\n`);
  return `  web${index}:\n    image: shop:\${TAG}\n    ports: ["80${index}:8080"]\n    environment:\n${variables.join('')}    volumes: ["data:/data"]\n`;
}

describe('the time a stackfile takes', () => {
  it('is below 20 ms for reading, looking for variables and checking', () => {
    const times = Array.from({ length: 9 }, () => {
      const start = performance.now();
      const stackfiles = parseStackfile(stack, 'f.yml');
      const variables = findVariables(stackfiles);
      const environment = childEnvironment({ shell: {}, heroku: { SHARED: 'x' }, named: variables.names, isComplete: true, docker: {} });
      expect(findMissing(variables, lookupIn(environment)).map(({ name }) => name)).toEqual(['TAG']);
      expect(lintStackfile(stackfiles)).toEqual([]);
      return performance.now() - start;
    });
    expect(times.toSorted((a, b) => a - b)[4]).toBeLessThan(20);
  });
});

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
