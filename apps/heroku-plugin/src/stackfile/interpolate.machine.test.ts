import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { lookupIn } from './child-environment.js';
import { parseDotenv } from './dotenv-file.js';
import { textValues, findVariables } from './find-variables.js';
import { grammarOf, isInterpolated } from './compose-tool.js';
import { interpolate, type Lookup } from './interpolate.js';
import { findMissing } from './missing-variables.js';
import { InvalidInterpolation } from './parse-template.js';
import { parseStackfile } from './parse-stackfile.js';
import type { Stackfile } from './stackfile.js';
import { StackfileError } from './stackfile-error.js';
import { askDockerCompose, runDockerCompose, type OracleAnswer, type OracleCall } from './testing/compose-oracle.js';
import { randomStack, type RandomStack } from './testing/random-stackfile.js';
import { resolveStackfile } from './testing/resolve-stackfile.js';
import { Seeded } from './testing/seeded.js';

/** Stackfiles that docker-compose must read as we do. */
const cases = 500;

interface Case {
  readonly seed: number;
  readonly stack: RandomStack;
  readonly call: OracleCall;
  readonly stackfiles: readonly Stackfile[];
  readonly lookup: Lookup;
  readonly answer: OracleAnswer;
}

let folder: string;
let all: readonly Case[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stackfiles-'));
  const prepared = [];
  for (let seed = 1; seed <= cases; seed++) prepared.push(await prepare(seed));
  const answers = await askDockerCompose(prepared.map(({ call }) => call));
  all = prepared.map((one, index) => ({ ...one, answer: answers[index] ?? { status: -1, stdout: '', stderr: '' } }));
});

afterAll(async () => rm(folder, { recursive: true, force: true }));

describe('docker-compose 1.29 reads generated stackfiles as we do', () => {
  it('sees each operator, both outcomes and all formats often', () => {
    const failures = all.filter(({ answer }) => answer.status !== 0);
    expect(failures.length).toBeGreaterThan(30);
    expect(failures.length).toBeLessThan(cases * 0.6);
    expect(all.filter(({ answer }) => answer.stderr.includes('variable is not set')).length).toBeGreaterThan(cases / 4);
    for (const format of ['v1', 'v2', 'v3', 'specification'])
      expect(all.filter(({ stackfiles }) => stackfiles[0]?.format === format).length).toBeGreaterThan(30);
    for (const form of [':-', ':?', '$$', '.env'])
      expect(all.filter(({ stack }) => JSON.stringify(stack).includes(form) || stack.dotenv).length).toBeGreaterThan(50);
  });

  it('gives every value that docker-compose prints', () => {
    const differing = all
      .filter(({ answer, stackfiles }) => answer.status === 0 && stackfiles.length === 1)
      .flatMap(({ seed, stackfiles, lookup, answer }) => {
        const ours = shape(
          stackfiles.map((stackfile) => resolveStackfile(stackfile, lookup, 'compose-1'))[0] ?? {},
          stackfiles[0]?.format === 'v1',
          lookup,
        );
        const theirs = shape(unescapeDollars(parse(answer.stdout, { version: '1.2' })) as Record<string, unknown>, false, lookup);
        return JSON.stringify(ours) === JSON.stringify(theirs) ? [] : [{ seed, ours, theirs }];
      });
    expect(differing).toEqual([]);
  });

  it('misses the variables that docker-compose warns of, and no other', () => {
    const differing = all
      .filter(({ answer }) => answer.status === 0)
      .flatMap(({ seed, stackfiles, lookup, answer }) => {
        const warned = [...answer.stderr.matchAll(/The (\w+) variable is not set/g)].map(([, name]) => name).toSorted();
        const missing = findMissing(findVariables(stackfiles, 'compose-1'), lookup)
          .map(({ name }) => name)
          .toSorted();
        return JSON.stringify(warned) === JSON.stringify(missing) ? [] : [{ seed, warned, missing }];
      });
    expect(differing).toEqual([]);
  });

  it('fails where docker-compose fails, for the same reason, and nowhere else', () => {
    const differing = all.flatMap(({ seed, stackfiles, lookup, answer }) => {
      const reasons = failuresOf(stackfiles, lookup);
      const agree = answer.status === 0 ? reasons.length === 0 : reasons.some((reason) => reason(answer.stderr));
      return agree ? [] : [{ seed, status: answer.status, stderr: answer.stderr, reasons: reasons.length }];
    });
    expect(differing).toEqual([]);
  });

  it('says the place of a form that docker-compose cannot read', () => {
    const invalid = all.filter(({ stackfiles }) => {
      try {
        findVariables(stackfiles, 'compose-1');
        return false;
      } catch (error) {
        expect(error).toBeInstanceOf(StackfileError);
        expect((error as StackfileError).message).toMatch(/^\S+:\d+:\d+: \S+: invalid interpolation format: \$/);
        return true;
      }
    });
    expect(invalid.length).toBeGreaterThan(10);
  });

  it('asks the same docker-compose that the command line runs', async () => {
    for (const { call, answer } of all.slice(0, 8)) {
      const ran = await runDockerCompose(call);
      expect({ status: ran.status, stdout: ran.stdout }).toEqual({ status: answer.status, stdout: answer.stdout });
    }
  });
});

async function prepare(seed: number): Promise<Omit<Case, 'answer'>> {
  const stack = randomStack(new Seeded(seed));
  const directory = await mkdtemp(join(folder, 'case-'));
  const paths = stack.files.map((_, index) => join(directory, `stack-${index}.yml`));
  for (const [index, text] of stack.files.entries()) await writeFile(paths[index] ?? '', text);
  if (stack.dotenv !== undefined) await writeFile(join(directory, '.env'), stack.dotenv);
  const dotenv = parseDotenv(stack.dotenv ?? '', (name) => stack.shell[name], '.env', 'compose-1');
  return {
    seed,
    stack,
    call: { arguments: [...paths.flatMap((path) => ['-f', path]), 'config'], environment: stack.shell },
    stackfiles: stack.files.flatMap((text, index) => parseStackfile(text, `stack-${index}.yml`)),
    lookup: lookupIn(stack.shell, dotenv, 'linux'),
  };
}

/** What `config` prints of both sides without rewriting it. */
function shape(document: Record<string, unknown>, isV1: boolean, lookup: Lookup): unknown {
  const section = (name: string): [string, Record<string, unknown>][] =>
    Object.entries(
      (isV1 ? (name === 'services' ? document : {}) : (document[name] ?? {})) as Record<string, Record<string, unknown>>,
    ).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    services: section('services').map(([name, service]) => [
      name,
      service['image'],
      service['command'],
      service['entrypoint'],
      service['hostname'],
      pairs(service['labels'], () => ''),
      pairs(service['environment'], (key) => lookup(key) ?? null),
    ]),
    volumes: section('volumes').map(([name, volume]) => [name, volume['driver_opts'], volume['labels']]),
    networks: section('networks').map(([name, network]) => [name, pairs(network['labels'], () => '')]),
  };
}

/** List or map as sorted pairs; a key without value gets `fallback`. */
function pairs(value: unknown, fallback: (key: string) => string | null): unknown {
  const list = Array.isArray(value)
    ? value.map((entry: string): [string, unknown] => {
        const equals = entry.indexOf('=');
        return equals === -1 ? [entry, fallback(entry)] : [entry.slice(0, equals), entry.slice(equals + 1)];
      })
    : Object.entries((value ?? {}) as Record<string, unknown>).map(([key, one]): [string, unknown] => [key, one ?? fallback(key)]);
  return [...new Map(list)].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** `config` prints a stackfile, in which a dollar sign is written twice. */
function unescapeDollars(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('$$', '$');
  if (Array.isArray(value)) return value.map(unescapeDollars);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [unescapeDollars(key), unescapeDollars(one)]));
}

/** One test of docker-compose's message for each thing that we find wrong. */
function failuresOf(stackfiles: readonly Stackfile[], lookup: Lookup): readonly ((stderr: string) => boolean)[] {
  return stackfiles.flatMap((stackfile) => {
    const grammar = grammarOf('compose-1', stackfile.format);
    return textValues(stackfile).flatMap(({ text, place: { keys } }) => {
      if (!isInterpolated(keys[0] ?? '', grammar)) return [];
      const [service, option] = stackfile.format === 'v1' ? keys : keys.slice(1);
      try {
        return interpolate(text, lookup, grammar).unmet.map(
          ({ name, message }) =>
            (stderr: string): boolean =>
              stderr.includes(`Missing mandatory value for "${option}" option`) &&
              stderr.trimEnd().endsWith(`"${service}": ${message || name}`.trimEnd()),
        );
      } catch (error) {
        if (!(error instanceof InvalidInterpolation)) throw error;
        return [
          (stderr: string): boolean =>
            stderr.includes(`Invalid interpolation format for "${option}" option`) && stderr.includes(`"${service}": "`),
        ];
      }
    });
  });
}
