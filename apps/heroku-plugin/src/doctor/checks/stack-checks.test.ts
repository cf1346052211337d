import { afterEach, beforeEach, expect, test } from 'vitest';
import { DoctorWorld } from '../testing/doctor-world.js';
import { buildContext } from './build-context.js';
import { missingVariables } from './missing-variables.js';
import { shellVariables } from './shell-variables.js';
import { stackLint } from './stack-lint.js';
import { stackTraps } from './stack-traps.js';
import { stackfile } from './stackfile.js';

let world: DoctorWorld;
beforeEach(async () => {
  world = await DoctorWorld.start();
});
afterEach(() => world.stop());

test('no stackfile, a good one and a broken one are told apart, the last with its line', async () => {
  expect(await world.run(stackfile)).toMatchObject([
    { level: 'warning', code: 'stackfile-missing', mend: [expect.stringContaining('dh:generate helloworld')] },
  ]);
  await world.stackfile('services:\n  web:\n    image: x\n');
  expect(await world.run(stackfile)).toMatchObject([{ level: 'ok' }]);
  await world.stackfile('services:\n  web: {image: x\n');
  const [finding] = await world.run(stackfile);
  expect(finding).toMatchObject({ level: 'error', code: 'stackfile-unreadable' });
  expect(finding?.text).toMatch(/dockhero-compose\.yml.*\d/);
});

test('every variable without a value is named with its place; shell, Heroku, app and .env all count', async () => {
  await world.stackfile(
    'services:\n  web:\n    image: "x:${A}${B}${C}${HEROKU_APP_URL}"\n    environment:\n      KEY: ${D:?ask Ann}\n      E:\n',
  );
  expect((await world.run(missingVariables)).map(({ text }) => text.split(' ')[0])).toEqual(['A', 'B', 'C', 'D']);
  world.environment = { ...world.environment, A: '1' };
  world.app.config = { ...world.app.config, B: '1' };
  await world.write('.env', 'C=1\n');
  const findings = await world.run(missingVariables);
  expect(findings).toMatchObject([{ level: 'error', code: 'variable-missing', mend: ['heroku config:set D=VALUE --app acme'] }]);
  expect(findings[0]?.text).toContain('web.environment.KEY');
  expect(findings[0]?.text).toContain('ask Ann');
});

test('a form or an .env that cannot be read is one error, with its place and without a value', async () => {
  await world.stackfile('services:\n  web:\n    image: "x:${A"\n');
  expect(await world.run(missingVariables, stackLint)).toMatchObject([{ level: 'error', code: 'variable-unreadable' }, {}]);
  await world.stackfile('services:\n  web:\n    image: "x:${A}"\n');
  await world.write('.env', 'A="canary-hunter2\n');
  const findings = await world.run(missingVariables, stackLint);
  expect(findings).toMatchObject([{ level: 'error', code: 'variable-unreadable', text: expect.stringContaining('.env') }, { level: 'ok' }]);
  expect(JSON.stringify(findings)).not.toContain('canary');
});

test('what a shell sets for docker is said, with the command that undoes it', async () => {
  expect(await world.run(shellVariables)).toMatchObject([{ level: 'ok' }]);
  world.environment = { ...world.environment, DOCKER_HOST: 'tcp://elsewhere:2375', DOCKER_API_VERSION: '1.30' };
  expect(await world.run(shellVariables)).toMatchObject([
    { code: 'docker-host-set', mend: [expect.stringContaining('dh:env --unset')] },
    { code: 'docker-api-version-set' },
  ]);
  world.environment = { ...world.environment, DOCKER_HOST: world.host.dockerHost, DOCKER_API_VERSION: '' };
  expect(await world.run(shellVariables)).toMatchObject([{ code: 'docker-host-is-ours', level: 'warning' }]);
  world.environment = { ...world.environment, DOCKER_HOST: '', DOCKER_CONTEXT: 'desktop' };
  expect(await world.run(shellVariables)).toMatchObject([{ code: 'docker-context-set' }]);
});

test('a big build context without .dockerignore is a warning that names what is big; a small or an ignored one is fine', async () => {
  await world.stackfile(
    'services:\n  web:\n    build: ./web\n  git:\n    build: https://github.com/example/example.git\n  gone:\n    build: {context: ./gone}\n',
  );
  await world.write('web/Dockerfile', 'FROM scratch\n');
  expect((await world.run(buildContext)).map(({ code }) => code)).toEqual(['build-context', 'build-context-missing']);
  await world.write('web/node_modules/big/blob', 'x'.repeat(25 * 1024 ** 2));
  const [big] = await world.run(buildContext);
  expect(big).toMatchObject({ level: 'warning', code: 'dockerignore-missing' });
  expect(big?.text).toContain('25 MB');
  expect(big?.text).toContain('node_modules');
  expect(big?.mend[0]).toContain('web/.dockerignore');
  await world.write('web/.dockerignore', 'node_modules\n');
  expect((await world.run(buildContext))[0]).toMatchObject({ level: 'ok' });
});

test('each usual mistake is found with its line, and the secret in it is not repeated', async () => {
  world.app.config = { ...world.app.config, DOCKHERO_HOST: '203.0.113.7' };
  await world.stackfile(`services:
  web:
    image: x
    command: serve --port $PORT
    volumes: ["./src:/app"]
    ports: ["5432:5432"]
    environment:
      API_SECRET: canary-hunter2
      PEER: http://203.0.113.7/
      SELF: https://\${DOCKHERO_HOST}/
`);
  const findings = await world.run(stackLint);
  expect(Object.fromEntries(findings.map(({ code, level }) => [code, level]))).toEqual({
    'dyno-port': 'error',
    'relative-mount': 'error',
    'open-database': 'warning',
    'literal-secret': 'warning',
    'fixed-host': 'warning',
    'https-unserved': 'warning',
  });
  for (const { text, mend } of findings) {
    expect(text).toMatch(/^dockhero-compose\.yml:\d+ /);
    expect(mend).toHaveLength(1);
  }
  expect(JSON.stringify(findings)).not.toContain('canary-hunter2');
});

test('a database port is as open as the config vars make it', async () => {
  await world.stackfile('services:\n  db:\n    image: x\n    ports: ["${DB_ADDRESS:-127.0.0.1}:5432:5432"]\n');
  expect(await world.run(stackLint)).toMatchObject([{ level: 'ok' }]);
  world.app.config = { ...world.app.config, DB_ADDRESS: '0.0.0.0' };
  expect(await world.run(stackLint)).toMatchObject([{ code: 'open-database' }]);
});

test('what dh:deploy would misread is a warning; what it only ignores is not', async () => {
  await world.stackfile('services:\n  web:\n    image: "x:${TAG:+1}"\n    restart: always\n');
  expect(await world.run(stackTraps)).toMatchObject([{ level: 'warning', text: expect.stringContaining('dh:deploy') }]);
  await world.stackfile('services:\n  web:\n    image: x\n    restart: always\n');
  expect(await world.run(stackTraps)).toMatchObject([{ level: 'ok' }]);
});
