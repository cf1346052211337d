import { afterEach, beforeEach, expect, test } from 'vitest';
import { aVolume } from '../../testing/stand-in-volumes.js';
import { runChecks } from '../run-checks.js';
import { DoctorWorld } from '../testing/doctor-world.js';
import { volumes } from './volumes.js';

let world: DoctorWorld;
beforeEach(async () => {
  world = await DoctorWorld.start();
});
afterEach(() => world.stop());

test('a volume in trouble is a finding, a lost one an error; removed ones are nobody’s trouble', async () => {
  expect(await world.run(volumes)).toEqual([]);
  world.api.volumes.volumes = [aVolume({}), aVolume({ name: 'old', state: 'removed', trouble: 'No matter.' })];
  expect(await world.run(volumes)).toMatchObject([{ level: 'ok', code: 'volumes', text: 'The volume is in order' }]);
  world.api.volumes.volumes = [
    aVolume({}),
    aVolume({ name: 'db', trouble: 'Host 1 has it and does not answer.' }),
    aVolume({ name: 'gone', state: 'lost', host: null }),
  ];
  expect(await world.run(volumes)).toEqual([
    {
      level: 'warning',
      code: 'volume-trouble',
      text: 'The volume db is in trouble: Host 1 has it and does not answer.',
      mend: ['See how it stands: heroku dh:volumes --app acme'],
    },
    expect.objectContaining({ level: 'error', code: 'volume-lost', mend: [expect.stringContaining('heroku dh:backups gone --app acme')] }),
  ]);
});

test('a mounted volume without a driver is named: it lies on the host, or in place of one that is kept', async () => {
  await world.stackfile(`services:
  web:
    image: x
    volumes: ["data:/d", "cache:/c", "kept:/k", "theirs:/t", "/anonymous", "/host:/h"]
volumes:
  data:
  cache: {}
  kept: {driver: dockhero}
  theirs: {external: true}
  unused:
`);
  expect(await world.run(volumes)).toMatchObject([
    { code: 'volume-local', text: expect.stringContaining('No driver is named for data, cache: ') },
  ]);
  world.api.volumes.volumes = [aVolume({ name: 'dockhero_data' })];
  expect((await world.run(volumes)).map(({ code }) => code)).toEqual(['volumes', 'volume-shadowed', 'volume-local']);
  await world.stackfile('services:\n  web:\n    image: x\n    volumes: ["data:/d"]\nvolumes:\n  data: {driver: dockhero}\n');
  expect((await world.run(volumes)).map(({ code }) => code)).toEqual(['volumes']);
});

test('where they cannot be read, other checks say why', async () => {
  world.api.failWith = 503;
  expect(await world.run(volumes)).toEqual([]);
  expect(await runChecks([volumes], world.facts(null))).toEqual([]);
});
