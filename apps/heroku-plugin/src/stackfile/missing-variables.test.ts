import { describe, expect, it } from 'vitest';
import { findVariables, type StackfileVariables } from './find-variables.js';
import { explainMissing, findMissing, placeholdersFor } from './missing-variables.js';
import { parseStackfile } from './parse-stackfile.js';

const variables = (text: string): StackfileVariables => findVariables(parseStackfile(text, 'dockhero-compose.yml'));
const nothing = (): undefined => undefined;

const stack = `
# \${COMMENTED}
services:
  web:
    image: "shop:\${TAG}"
    build: {context: ., args: {BUILD: "\${BUILD_KEY}", PASSED_ARG: }}
    environment:
      API_KEY: \${API_KEY}
      "\${IN_KEY}": plain
      PASSED:
      EMPTY: ""
      WITH_DEFAULT: \${DEFAULTED:-x}
  worker:
    environment:
      - API_KEY=$API_KEY
      - PASSED_TOO
      - ESCAPED=$\${NOT}
    command: \${COMMAND:?say what to run}
volumes:
  data: {name: "\${VOLUME}"}
`;

describe('the variables of a stackfile', () => {
  it('are found in values, with place and need; comments, keys and $$ are passed over', () => {
    const { references } = variables(stack);
    expect(references.map(({ name, need, place }) => `${name} ${need} ${place.path}:${place.position.line}`)).toEqual([
      'TAG bare web.image:5',
      'BUILD_KEY bare web.build.args.BUILD:6',
      'API_KEY bare web.environment.API_KEY:8',
      'DEFAULTED default web.environment.WITH_DEFAULT:12',
      'API_KEY bare worker.environment.API_KEY:15',
      'COMMAND required worker.command:18',
      'VOLUME bare volumes.data.name:20',
    ]);
  });

  it('are named by keys without value too, which are never missing', () => {
    const found = variables(stack);
    expect(found.passThrough.map(({ name, place }) => [name, place.path])).toEqual([
      ['PASSED_ARG', 'web.build.args.PASSED_ARG'],
      ['PASSED', 'web.environment.PASSED'],
      ['PASSED_TOO', 'worker.environment.PASSED_TOO'],
    ]);
    expect(found.names).toEqual(
      new Set(['TAG', 'BUILD_KEY', 'API_KEY', 'DEFAULTED', 'COMMAND', 'VOLUME', 'PASSED_ARG', 'PASSED', 'PASSED_TOO']),
    );
    expect(findMissing(found, nothing).map(({ name }) => name)).not.toContain('PASSED');
  });

  it('are named by secrets and configs that are made of one, unless its name is made of one', () => {
    const { passThrough, names } = variables(
      'services: {web: {image: x}}\nsecrets: {key: {environment: API_KEY}, other: {environment: "${WHICH}"}}\nconfigs: {c: {environment: CONF}}\n',
    );
    expect(passThrough.map(({ name, place }) => [name, place.path])).toEqual([
      ['API_KEY', 'secrets.key.environment'],
      ['CONF', 'configs.c.environment'],
    ]);
    expect(names).toEqual(new Set(['WHICH', 'API_KEY', 'CONF']));
  });

  it('are found in files of version 1', () => {
    const { references, passThrough } = variables('web:\n  image: $TAG\n  environment: [KEY]\n');
    expect([references[0]?.place.path, passThrough[0]?.place.path]).toEqual(['web.image', 'web.environment.KEY']);
  });

  it('are found in an extension only where the loader looks: docker compose everywhere, the others where it is used', () => {
    const stackfiles = parseStackfile('x-a: &a {A: "${A}"}\nx-b: "${B}"\nservices: {web: {environment: *a}}\n', 'f.yml');
    expect([...findVariables(stackfiles, 'compose').names]).toEqual(['A', 'B']);
    expect([...findVariables(stackfiles, 'compose-1').names]).toEqual(['A']);
    expect([...findVariables(stackfiles, 'stack').names]).toEqual(['A']);
  });

  it('are refused with their place when the form is wrong', () => {
    expect(() => variables('services:\n  web:\n    image: x:${1}\n')).toThrow(
      'dockhero-compose.yml:3:12: web.image: invalid interpolation format: ${1',
    );
  });
});

describe('what is missing', () => {
  const missing = (scope: 'all' | 'images' | 'none'): readonly string[] =>
    findMissing(variables(stack), nothing, scope).map(({ name, need }) => `${name} ${need}`);

  it('is all that has no value and no default, each once with its places', () => {
    expect(missing('all')).toEqual(['TAG bare', 'BUILD_KEY bare', 'API_KEY bare', 'COMMAND required', 'VOLUME bare']);
    const apiKey = findMissing(variables(stack), nothing).find(({ name }) => name === 'API_KEY');
    expect(apiKey?.places.map(({ path }) => path)).toEqual(['web.environment.API_KEY', 'worker.environment.API_KEY']);
  });

  it('is less for images, and only what compose insists on for commands that use no values', () => {
    expect(missing('images')).toEqual(['TAG bare', 'BUILD_KEY bare', 'COMMAND required']);
    expect(missing('none')).toEqual(['COMMAND required']);
  });

  it('is nothing when all have a value, be it empty', () => {
    const has = (name: string): string => (name === 'COMMAND' ? 'run' : '');
    expect(findMissing(variables(stack), has)).toEqual([]);
  });

  it('is said in one message, with what each is for and the command that mends it', () => {
    expect(
      explainMissing(
        findMissing(variables(stack), (name) => (name === 'TAG' ? 'v1' : undefined)),
        'shop',
      ),
    ).toBe(
      [
        'dockhero-compose.yml wants 4 variables that have no value:',
        '  BUILD_KEY  needed for web.build.args.BUILD',
        '  API_KEY  needed for web.environment.API_KEY, worker.environment.API_KEY',
        '  COMMAND  needed for worker.command: say what to run',
        '  VOLUME  needed for volumes.data.name',
        'Set them on the app: heroku config:set BUILD_KEY=… API_KEY=… COMMAND=… VOLUME=… --app shop',
        'Or for this call alone: put NAME=value before the command. A form like ${NAME:-text} gives a default.',
      ].join('\n'),
    );
  });

  it('holds no value in any message', () => {
    const canary = 'canary-77c1';
    const text = 'services: {web: {image: "${SET}${NONE:?${SET} is needed}", command: "${EMPTY:?}"}}';
    const message = explainMissing(findMissing(variables(text), (name) => (name === 'SET' ? canary : name === 'EMPTY' ? '' : undefined)));
    expect(message).toContain('NONE');
    expect(message).not.toContain(canary);
  });
});

describe('placeholders for commands that use no values', () => {
  it('fit the field, so that compose can read the file', () => {
    const text = `
services:
  web:
    image: x:\${TEXT:?}
    read_only: \${TRUTH:?}
    ports: ["\${PORT_A:?}:80"]
    volumes: ["\${FOLDER:?}:/data"]
    container_name: \${NAMED:?}
    healthcheck: {interval: "\${TIME:?}"}
`;
    expect(placeholdersFor(findMissing(variables(text), nothing, 'none'))).toEqual({
      TEXT: '1',
      TRUTH: 'true',
      PORT_A: '1',
      FOLDER: '/placeholder',
      NAMED: 'dockhero-placeholder',
      TIME: '1s',
    });
  });
});
