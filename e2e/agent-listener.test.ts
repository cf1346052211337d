import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { System, eventually } from './system.js';

const app = 'volumes';
const tls = '/etc/dockhero/tls';
const certificate = ['--cert', `${tls}/cert.pem`, '--key', `${tls}/key.pem`, '--cacert', `${tls}/ca.pem`];

describe('a host with the certificate that it has booted with', () => {
  let system: System;
  let hostId: string;
  let pid: string;

  beforeAll(async () => {
    system = await System.start(12);
    await system.heroku(['apps:create', app]);
    await system.heroku(['addons:create', 'dockhero:hobby', '-a', app]);
    await system.heroku(['addons:wait', '-a', app, '--wait-interval', '1']);
    const { rows } = await system.database.query<{ id: string }>('SELECT id FROM hosts');
    hostId = rows[0]?.id ?? '';
    const instances = join(system.folder, 'local-cloud', 'instances');
    const [instance = ''] = await readdir(instances);
    pid = (await readFile(join(instances, instance, 'init.pid'), 'utf8')).trim();
  });

  afterAll(async () => {
    await system.stop();
  });

  /** Asks from within the host. @returns the status and the body. @throws when there is no answer. */
  async function curl(...args: string[]): Promise<[number, unknown]> {
    const command = ['--target', pid, '--mount', '--net', '--root', '--wd', '--', 'curl', '--silent', '--max-time', '10'];
    const { stdout } = await promisify(execFile)('nsenter', [...command, '--write-out', '\n%{http_code}', ...args], { timeout: 20_000 });
    const [body = '', status = ''] = stdout.split(/\n(?=\d+$)/);
    return [Number(status), JSON.parse(body)];
  }

  async function ask(method: string, path: string, body?: object): Promise<[number, unknown]> {
    const url = new URL(system.app.settings.environments['provisioner-worker']?.['AGENT_API_URL'] ?? '');
    const data = body ? ['--header', 'Content-Type: application/json', '--data', JSON.stringify(body)] : [];
    const to = ['--connect-to', `::${url.hostname}:${url.port}`];
    return await curl(...certificate, ...to, '--request', method, ...data, `https://${hostId}.hosts.dockhero${path}`);
  }

  it('gets to the control plane and has a volume made, which the app’s log tells', async () => {
    expect(await ask('GET', '/agent/volumes')).toEqual([200, { volumes: [] }]);
    const [status, volume] = await ask('POST', '/agent/volumes', { name: 'data', options: { size: '5' } });
    expect([status, volume]).toEqual([201, expect.objectContaining({ name: 'data', size: 5, formatted: false })]);
    expect(await ask('GET', '/health')).toMatchObject([404, { id: 'address_unknown' }]);
    await eventually('the line in the log', async () =>
      (await system.heroku(['logs', '-a', app, '--num', '100'])).stdout.includes('Volume data was made: 5 GiB, gp3, ext4, backed up daily'),
    );
  });

  it('does not get to the Docker API: it could not be revoked', async () => {
    await expect(curl(...certificate, 'https://127.0.0.1:2376/version')).rejects.toThrow();
    await expect(curl('--cacert', `${tls}/ca.pem`, 'https://127.0.0.1:2376/version')).rejects.toThrow();
  });
});
