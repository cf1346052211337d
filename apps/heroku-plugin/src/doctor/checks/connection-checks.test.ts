import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connect } from '../../connection/connect.js';
import { readConnection, writeConnection } from '../../connection/connection-record.js';
import { StandInAuthority } from '../../testing/stand-in-authority.js';
import { StandInHost } from '../../testing/stand-in-host.js';
import { runChecks } from '../run-checks.js';
import { DoctorWorld } from '../testing/doctor-world.js';
import { addon } from './addon.js';
import { certificate } from './certificate.js';
import { clock } from './clock.js';
import { hostReachable } from './host-reachable.js';

let world: DoctorWorld;
beforeEach(async () => {
  world = await DoctorWorld.start();
});
afterEach(() => world.stop());

const hourMs = 3_600_000;

/** The record on disk, changed as time or somebody else would have changed it. */
async function changeRecord(change: { expiresAt?: number; retryAt?: number; fetchedAt?: number }): Promise<void> {
  const session = world.session();
  const record = await connect(session);
  const { expiresAt = record.certificate.expiresAt, ...rest } = change;
  await writeConnection(session.folder, { ...record, ...rest, certificate: { ...record.certificate, expiresAt } });
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

test('when all is well, each check says so in one line', async () => {
  const findings = await world.run(addon, clock, certificate, hostReachable);
  expect(findings.map(({ level, code }) => `${level} ${code}`)).toEqual(['ok addon', 'ok clock', 'ok certificate', 'ok host']);
});

test('no app, no add-on, several add-ons: each is said, with the command that mends it', async () => {
  expect(await runChecks([addon], world.facts(null))).toMatchObject([{ code: 'no-app', mend: [expect.stringContaining('--app')] }]);
  world.app.config = { ...world.app.config, DOCKHERO_BLUE_CONFIG_URL: `${world.api.configUrl}2`, DOCKHERO_CONFIG_URL: world.api.configUrl };
  world.app.attachments = [...world.app.attachments, { name: 'DOCKHERO_BLUE', addonName: 'dockhero-flat-1', plan: 'dockhero:hobby' }];
  expect(await world.run(addon)).toMatchObject([{ code: 'addon-ambiguous', mend: [expect.stringContaining('--addon DOCKHERO_BLUE')] }]);
  world.app.config = {};
  expect(await world.run(addon)).toMatchObject([
    { level: 'warning', code: 'addon-creating', mend: [expect.stringContaining('heroku dh:wait --app acme')] },
  ]);
  world.app.attachments = [];
  expect(await world.run(addon)).toMatchObject([
    { level: 'error', code: 'addon-missing', mend: ['heroku addons:create dockhero --app acme'] },
  ]);
});

test('an add-on that is being created is a warning with its step, and nothing waits for it', async () => {
  world.api.status = { ...world.api.status, status: 'creating', step: 'launch hosts', waiting_for: 'the host to boot' };
  const findings = await world.run(addon, certificate, hostReachable);
  expect(findings).toMatchObject([
    { level: 'warning', code: 'addon-creating', mend: [expect.stringContaining('heroku dh:wait --app acme')] },
  ]);
  expect(findings[0]?.text).toContain('launch hosts: waiting for the host to boot');
});

test('an add-on that failed is an error with its reason', async () => {
  world.api.status = { ...world.api.status, status: 'failed', reason: 'AWS had no room.' };
  const [finding] = await world.run(addon);
  expect(finding).toMatchObject({ level: 'error', code: 'addon-failed' });
  expect(finding?.text).toContain('AWS had no room.');
  // By the attachment's name, whatever that is.
  world.app.config = { BLUE_CONFIG_URL: world.api.configUrl, BLUE_HOST: '127.0.0.1' };
  world.app.attachments = [{ name: 'BLUE', addonName: 'dockhero-flat-1', plan: 'dockhero:hobby' }];
  const [blue] = await runChecks([addon], world.facts(world.session('blue')));
  expect(blue?.mend).toEqual([
    'Look at what happened: heroku dh:status --app acme --addon blue',
    'Then remove it and install it once again: heroku addons:destroy BLUE --app acme && heroku addons:create dockhero --as BLUE --app acme',
  ]);
});

test('a rotated URL, a broken server and a server that is away are told apart; none shows the URL', async () => {
  world.api.failWith = 500;
  expect(await world.run(addon)).toMatchObject([{ code: 'api-refused' }]);
  world.api.failWith = null;
  const token = world.api.token;
  world.api.token = 'rotated';
  expect(await world.run(addon)).toMatchObject([{ code: 'config-url-invalid', mend: ['Look at the add-on: heroku addons --app acme'] }]);
  await world.api.stop();
  const gone = await world.run(addon);
  expect(gone).toMatchObject([{ code: 'api-unreachable' }]);
  expect(JSON.stringify(gone)).not.toContain(token);
});

test('a clock that is off is a warning from one minute on, an error from five', async () => {
  for (const [minutes, level] of [
    [0, 'ok'],
    [3, 'warning'],
    [-3, 'warning'],
    [90, 'error'],
    [-90, 'error'],
  ] as const) {
    world.api.clockAheadMs = minutes * 60_000;
    expect(await world.run(clock), `${minutes} min`).toMatchObject([{ level }]);
  }
});

test('an expired certificate is replaced unseen', async () => {
  await changeRecord({ expiresAt: Date.now() - hourMs });
  expect(await world.run(certificate)).toMatchObject([{ level: 'ok' }]);
  expect(world.api.issued).toHaveLength(2);
});

test('an expired certificate that cannot be replaced is an error', async () => {
  await changeRecord({ expiresAt: Date.now() - hourMs });
  world.api.failWith = 503;
  expect(await world.run(certificate)).toMatchObject([{ level: 'error', code: 'certificate-expired' }]);
});

test('a certificate that expires soon and could not be renewed is a warning', async () => {
  await changeRecord({ expiresAt: Date.now() + hourMs / 2, retryAt: Date.now() + 60_000 });
  expect(await world.run(certificate)).toMatchObject([{ level: 'warning', code: 'certificate-expires-soon' }]);
});

test('a revoked certificate is found and dropped, so that the next command gets another', async () => {
  const session = world.session();
  const { certificate: held } = await connect(session);
  for (const issued of world.api.issued) issued.revokedAt = new Date();
  world.host.revoked.add(held.serial);
  const findings = await world.run(certificate, hostReachable);
  expect(findings).toMatchObject([
    { level: 'error', code: 'certificate-revoked' },
    { level: 'error', code: 'host-refused-certificate' },
  ]);
  expect(await readConnection(session.folder)).toBeNull();
  expect(await world.run(certificate, hostReachable)).toMatchObject([{ level: 'ok' }, { level: 'ok' }]);
});

test('name, port, silence and a false host are told apart', async () => {
  world.api.dockerHost = 'tcp://no-such-host.invalid:2376';
  expect(await world.run(hostReachable)).toMatchObject([{ level: 'error', code: 'host-name-unknown' }]);

  const free = createServer();
  const port = await listen(free);
  await new Promise((resolve) => free.close(resolve));
  await forget();
  world.api.dockerHost = `tcp://127.0.0.1:${port}`;
  expect(await world.run(hostReachable)).toMatchObject([{ code: 'host-port-closed', text: expect.stringContaining('ECONNREFUSED') }]);

  const silent = createServer((socket) => void socket.on('error', () => undefined).resume());
  await forget();
  world.api.dockerHost = `tcp://127.0.0.1:${await listen(silent)}`;
  expect(await world.run(hostReachable)).toMatchObject([{ code: 'host-silent' }]);
  silent.close();

  const impostor = new StandInHost();
  await impostor.start(await StandInAuthority.create());
  await forget();
  world.api.dockerHost = impostor.dockerHost;
  expect(await world.run(hostReachable)).toMatchObject([{ code: 'host-untrusted' }]);
  await impostor.stop();
}, 20_000);

async function forget(): Promise<void> {
  const { forgetConnection } = await import('../../connection/connection-record.js');
  const { folder } = world.session();
  const record = await readConnection(folder);
  if (record) await forgetConnection(folder, record.certificate.serial);
}
