import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ageConnection, type ConnectionAge } from '../testing/age-connection.js';
import { prepareApp, type PreparedApp } from '../testing/prepare-app.js';
import { connect } from './connect.js';
import { forgetConnection, readConnection } from './connection-record.js';

const hourMs = 3_600_000;

describe('connect', () => {
  let app: PreparedApp['app'];
  let api: PreparedApp['api'];
  let terminal: PreparedApp['terminal'];
  let folder: PreparedApp['folder'];
  let open: PreparedApp['open'];

  prepareApp((made) => ({ app, api, terminal, folder, open } = made));

  const age = (changes: ConnectionAge) => ageConnection({ open, api, app }, changes);

  it('gets a certificate for a key that never leaves, in files of the owner alone', async () => {
    const { certificate, dockerHost } = await connect(open());
    expect(dockerHost).toBe(api.dockerHost);
    expect(api.requests).toEqual(['POST /certificates']);
    expect(api.issued.at(-1)?.label).toMatch(/^dev@example\.com on /);
    const key = await readFile(join(certificate.folder, 'key.pem'), 'utf8');
    expect(key).toContain('BEGIN PRIVATE KEY');
    for (const name of ['ca.pem', 'cert.pem', 'key.pem']) expect((await stat(join(certificate.folder, name))).mode & 0o777).toBe(0o600);
    for (const path of [certificate.folder, open().folder, join(folder, 'connections')])
      expect((await stat(path)).mode & 0o777).toBe(0o700);
    expect((await stat(join(open().folder, 'connection.json'))).mode & 0o777).toBe(0o600);
  });

  it('asks nobody while the certificate is fresh', async () => {
    const first = await age({ fetchedHoursAgo: 7, hoursLeft: 5 });
    expect(await connect(open())).toEqual(first);
    expect([...api.requests, ...app.asked]).toEqual([]);
  });

  it('renews with less than four hours left, and asks Heroku for nothing but the URL', async () => {
    const first = await age({ fetchedHoursAgo: 8.5, hoursLeft: 3.5 });
    const renewed = await connect(open());
    expect(renewed.certificate.serial).not.toBe(first.certificate.serial);
    expect(renewed.certificate.folder).not.toBe(first.certificate.folder);
    expect(app.asked).toEqual(['config']);
    expect(await readdir(first.certificate.folder)).toHaveLength(3);
  });

  it('serves with the present certificate while the server is down, and tries again only later', async () => {
    const first = await age({ fetchedHoursAgo: 9, hoursLeft: 3 });
    api.failWith = 503;
    expect((await connect(open())).certificate).toEqual(first.certificate);
    expect((await connect(open())).certificate).toEqual(first.certificate);
    expect(api.requests).toEqual(['POST /certificates']);
    expect(terminal.warnings).toEqual([]);
  });

  it('waits three seconds at most for a renewal nobody asked for, and warns in the last hour', async () => {
    const first = await age({ fetchedHoursAgo: 11.5, hoursLeft: 0.5 });
    api.delayMs = 7_000;
    const from = Date.now();
    expect((await connect(open())).certificate).toEqual(first.certificate);
    expect(Date.now() - from).toBeLessThan(6_000);
    expect(terminal.warnings.join()).toContain('could not be renewed');
  }, 10_000);

  it('says which host does not answer when there is no certificate to go on with', async () => {
    await age({ fetchedHoursAgo: 13, hoursLeft: -1 });
    await api.stop();
    await expect(connect(open())).rejects.toThrow(/^127\.0\.0\.1:\d+ refused the connection\. Try again/);
    await api.start();
  });

  it('reads the config vars again, once, when the URL was rotated', async () => {
    await age({ hoursLeft: -1 });
    api.token = 'f'.repeat(32);
    app.config['DOCKHERO_CONFIG_URL'] = api.configUrl;
    expect((await connect(open())).configUrl).toBe(api.configUrl);
    expect(app.asked).toEqual(['config']);
  });

  it('names the app and not the URL when the URL is no longer valid', async () => {
    const { configUrl } = await age({ hoursLeft: -1 });
    api.token = '0'.repeat(32);
    const message = await connect(open()).then(
      () => '',
      (error: unknown) => (error as Error).message,
    );
    expect(message).toContain('DOCKHERO_CONFIG_URL of acme is no longer valid. Look at the add-on: heroku addons --app acme');
    expect(message).not.toContain(configUrl);
    // Twice: it might have been rotated while Heroku answered.
    expect(app.asked).toEqual(['config', 'config']);
  });

  it('waits while the add-on is being provisioned, then reads the config vars again', async () => {
    delete app.config['DOCKHERO_HOST'];
    const eta = new Date(Date.now() + 61_000).toISOString();
    api.status = { ...api.status, status: 'creating', step: 'launch hosts', waiting_for: 'the host to boot', provision_eta: eta };
    const connecting = connect(open());
    await expect.poll(() => api.requests.length).toBe(1);
    app.config['DOCKHERO_HOST'] = 'h.example';
    api.status = { ...api.status, status: 'running', step: null, waiting_for: null };
    expect((await connecting).dockerHost).toBe(api.dockerHost);
    expect(terminal.lines).toEqual([
      expect.stringMatching(/provisioning will finish soon… 1:0\d · launch hosts: waiting for the host to boot/),
    ]);
    expect(app.asked).toEqual(['config', 'config', 'owner']);
  });

  it('counts down on a terminal, and says in the end that the add-on is ready', async () => {
    delete app.config['DOCKHERO_HOST'];
    terminal.isInteractive = true;
    const eta = new Date(Date.now() + 1_000).toISOString();
    api.status = { ...api.status, status: 'creating', step: 'swarm ready', provision_eta: eta };
    const connecting = connect(open());
    await expect.poll(() => terminal.lines.join(), { timeout: 5_000 }).toContain('almost done...');
    api.status = { ...api.status, status: 'running', step: null };
    await connecting;
    terminal.isInteractive = false;
    expect(terminal.lines[0]).toBe('⠋ Add-on provisioning will finish soon… 0:01 · swarm ready');
    expect(terminal.lines.at(-1)).toBe('✔ The add-on is ready.\n');
  });

  it('fails with the reason when provisioning failed', async () => {
    delete app.config['DOCKHERO_HOST'];
    api.status = { ...api.status, status: 'failed', reason: 'AWS has no room for this plan.' };
    await expect(connect(open())).rejects.toThrow(
      'Sorry, add-on provisioning failed. AWS has no room for this plan. Remove the add-on and install it once again: heroku addons:destroy DOCKHERO --app acme',
    );
  });

  it('counts a lifetime by the server and not by a clock that is wrong here, and says that it is', async () => {
    api.clockAheadMs = -2 * hourMs;
    const { certificate } = await connect(open());
    expect(Math.abs(certificate.expiresAt - Date.now() - 12 * hourMs)).toBeLessThan(5_000);
    expect(terminal.warnings.join()).toContain("The clock of this machine is 120 min ahead of the server's");
  });

  it('leaves one whole connection when several processes connect at once', async () => {
    const records = await Promise.all(Array.from({ length: 8 }, () => connect(open())));
    const kept = await readConnection(open().folder);
    expect(records.map(({ certificate }) => certificate.serial)).toContain(kept?.certificate.serial);
    expect(new Set(records.map((record) => record.certificate.folder)).size).toBe(8);
    const { folder: certificates = '' } = kept?.certificate ?? {};
    const { X509Certificate, createPrivateKey } = await import('node:crypto');
    const certificate = new X509Certificate(await readFile(join(certificates, 'cert.pem')));
    expect(certificate.checkPrivateKey(createPrivateKey(await readFile(join(certificates, 'key.pem'), 'utf8')))).toBe(true);
    expect((await readdir(open().folder)).filter((name) => name.startsWith('connection.json'))).toEqual(['connection.json']);
  });

  it('does not forget a certificate that another process has renewed meanwhile', async () => {
    const { certificate } = await connect(open());
    await forgetConnection(open().folder, 'another');
    expect(await readConnection(open().folder)).not.toBeNull();
    await forgetConnection(open().folder, certificate.serial);
    expect(await readConnection(open().folder)).toBeNull();
  });

  it('starts anew from a record that cannot be read', async () => {
    await connect(open());
    const { writeFile } = await import('node:fs/promises');
    await writeFile(join(open().folder, 'connection.json'), '{"version": 1, "certifi');
    expect((await connect(open())).certificate.serial).toBe(api.issued.at(-1)?.serial);
  });

  it('sends no credential but the URL', async () => {
    delete app.config['DOCKHERO_HOST'];
    await connect(open());
    expect(api.requests).toEqual(['GET /status', 'POST /certificates']);
    expect(api.headers.flatMap((headers) => Object.keys(headers))).not.toContain('authorization');
  });
});
