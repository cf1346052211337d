import { realpath } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { HerokuWorld } from '../../../../local-cloud/src/heroku/testing/heroku-world.js';
import { DoctorWorld } from '../../doctor/testing/doctor-world.js';
import { runCommand } from '../../generate/testing/run-command.js';
import Doctor from './doctor.js';

// The local Heroku, a stand-in of our API and of the host, and the real docker client of this machine.
const here = process.cwd();
const former = { ...process.env };
let world: DoctorWorld;
let heroku: HerokuWorld;

beforeEach(async () => {
  world = await DoctorWorld.start();
  heroku = await HerokuWorld.start();
  await heroku.as('POST', '/apps', { name: 'acme' });
  await heroku.as('PATCH', '/apps/acme/config-vars', {
    DOCKHERO_CONFIG_URL: world.api.configUrl,
    DOCKHERO_HOST: '203.0.113.7',
    SECRET_VAR: 'canary-hunter2',
  });
  await world.stackfile('services:\n  web:\n    image: x\n    environment:\n      SECRET: ${SECRET_VAR}\n');
  process.chdir(world.folder);
  const home = await realpath(world.folder);
  Object.assign(process.env, {
    HOME: home,
    XDG_DATA_HOME: `${home}/data`,
    HEROKU_HOST: heroku.heroku.url,
    HEROKU_PARTICLEBOARD_URL: heroku.heroku.url,
    HEROKU_API_KEY: 'HRKU-test',
    DISABLE_TELEMETRY: 'true',
  });
  for (const name of ['HEROKU_APP', 'DOCKER_HOST']) delete process.env[name];
});

afterEach(async () => {
  process.chdir(here);
  for (const name of Object.keys(process.env)) if (!(name in former)) delete process.env[name];
  Object.assign(process.env, former);
  await heroku.stop();
  await world.stop();
});

test('when all is well it ends with 0, and says what it looked at', async () => {
  const { code, out, err } = await runCommand(Doctor, '--app', 'acme');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toContain('✓ The add-on of acme runs');
  expect(out).toContain('✓ Docker answers at 127.0.0.1:');
  expect(out).toContain('✓ Every variable of the stackfile has a value');
  expect(out).toContain('Nothing to mend.');
});

test('with warnings only it ends with 0, with an error it ends with 1 and the command that mends it', async () => {
  await world.stackfile('services:\n  web:\n    image: x\n    ports: ["6379:6379"]\n');
  expect(await runCommand(Doctor, '--app', 'acme')).toMatchObject({ code: 0, out: expect.stringContaining('1. ! ') });
  await world.stackfile('services:\n  web:\n    image: ${MISSING}\n');
  expect(await runCommand(Doctor, '--app', 'acme')).toMatchObject({
    code: 1,
    out: expect.stringContaining('heroku config:set MISSING=VALUE --app acme'),
  });
});

test('--json is one object, for programs', async () => {
  await world.stackfile('services:\n  web:\n    image: ${MISSING}\n');
  const { code, out } = await runCommand(Doctor, '--json', '--app', 'acme');
  const report = JSON.parse(out) as { ok: boolean; findings: { level: string; code: string }[] };
  expect({ code, ok: report.ok }).toEqual({ code: 1, ok: false });
  expect(report.findings.find(({ code }) => code === 'variable-missing')).toMatchObject({ level: 'error' });
});

test('without an app it looks at this machine and this folder; with an unknown one it says so', async () => {
  const { code, out } = await runCommand(Doctor);
  expect(code).toBe(0);
  expect(out).toContain('heroku dh:doctor --app NAME');
  expect(out).toContain('✓ dockhero-compose.yml can be read');
  expect(await runCommand(Doctor, '--app', 'nobodys')).toMatchObject({ code: 1, out: expect.stringContaining('Heroku knows no such app') });
});

test('no secret is shown, whatever is broken: not the capability URL, a config var, the token', async () => {
  const secrets = [world.api.token, 'canary-hunter2', 'HRKU-test'];
  const shown: string[] = [];
  const look = async () => {
    const { out, err } = await runCommand(Doctor, '--app', 'acme');
    shown.push(out + err);
  };
  await look();
  world.api.failWith = 500;
  await look();
  await world.api.stop();
  await look();
  await heroku.stop();
  await look();
  expect(shown.every((text) => text.includes('✓'))).toBe(true);
  for (const secret of secrets) expect(shown.join('\n')).not.toContain(secret);
});
