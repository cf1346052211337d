import { afterEach, beforeEach, expect, test } from 'vitest';
import { anAlert } from '../../testing/an-alert.js';
import { runChecks } from '../run-checks.js';
import { DoctorWorld } from '../testing/doctor-world.js';
import { alerts } from './alerts.js';

let world: DoctorWorld;
beforeEach(async () => {
  world = await DoctorWorld.start();
});
afterEach(() => world.stop());

test('each alert that people are told of is a finding, critical ones an error, with the next command', async () => {
  expect(await world.run(alerts)).toMatchObject([{ level: 'ok', code: 'alerts' }]);
  world.api.monitoring.open = [
    anAlert({ rule: 'disk', level: 'critical', sentence: 'The disk / of the host is 96 % full.' }),
    anAlert({}),
    anAlert({ state: 'pending' }),
  ];
  expect(await world.run(alerts)).toEqual([
    {
      level: 'error',
      code: 'alert-disk',
      text: 'The disk / of the host is 96 % full.',
      mend: ['See what takes it: heroku dh:docker system df --app acme'],
    },
    {
      level: 'warning',
      code: 'alert-memory',
      text: 'The memory of the host is 93 % in use.',
      mend: ['See what takes it: heroku dh:docker stats --no-stream --app acme'],
    },
  ]);
});

test('where they cannot be read, other checks say why', async () => {
  world.api.failWith = 503;
  expect(await world.run(alerts)).toEqual([]);
  world.app.config = {};
  expect(await world.run(alerts)).toEqual([]);
  expect(await runChecks([alerts], world.facts(null))).toEqual([]);
});
