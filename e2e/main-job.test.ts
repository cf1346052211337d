import { request } from 'node:https';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerClient, dockerVariables, getJson } from './original-client.mjs';
import { System, eventually } from './system.js';

type Docker = (args: string[]) => Promise<string>;

const stack = join(import.meta.dirname, 'dockhero-compose.yml');
const app = 'journey';

describe('from `heroku addons:create` to a stack that answers, and back to nothing', () => {
  let system: System;
  let docker: Docker;
  let config: Record<string, string>;

  beforeAll(async () => {
    system = await System.start(0);
  });

  afterAll(async () => {
    await system.stop();
  });

  it('the real Heroku CLI creates the add-on, and every config var is there before it is called created', async () => {
    await system.heroku(['apps:create', app]);
    const created = await system.heroku(['addons:create', 'dockhero:hobby', '-a', app]);
    expect(`${created.stdout}${created.stderr}`).toContain('is being created');
    await system.heroku(['addons:wait', '-a', app, '--wait-interval', '1']);
    config = await system.configOf(app);
    expect(Object.keys(config).toSorted()).toEqual([
      'DOCKHERO_CONFIG_URL',
      'DOCKHERO_FLEXIBLE_SSL_URL',
      'DOCKHERO_FULL_SSL_URL',
      'DOCKHERO_HOST',
    ]);
    const status = (await getJson(`${config['DOCKHERO_CONFIG_URL']}/status`)) as { status: string; events: { text: string }[] };
    expect(status.status).toBe('running');
    expect(status.events.map(({ text }) => text)).toContain('swarm ready: done');
  });

  it('the real Docker client reaches a Swarm of its own over mutual TLS, with the memory of its plan', async () => {
    const variables = (await dockerVariables(config['DOCKHERO_CONFIG_URL'] ?? '', join(system.folder, 'machines'))) as Record<
      string,
      string
    >;
    docker = dockerClient({ ...variables, HEROKU_APP_NAME: app }, system.folder) as Docker;
    const info = JSON.parse(await docker(['info', '--format', '{{json .}}'])) as {
      Swarm: { LocalNodeState: string; ControlAvailable: boolean };
      MemTotal: number;
    };
    expect(info.Swarm.LocalNodeState).toBe('active');
    expect(info.Swarm.ControlAvailable).toBe(true);
    expect(info.MemTotal).toBe(1024 ** 3);
  });

  it('Docker refuses whoever shows no certificate', async () => {
    await expect(callWithoutCertificate(config['DOCKHERO_HOST'] ?? '')).rejects.toThrow(/certificate|alert|reset|hang up/i);
  });

  it('a stack deployed with `docker stack deploy` answers HTTP at DOCKHERO_HOST', async () => {
    await docker(['stack', 'deploy', '--compose-file', stack, 'dockhero']);
    expect(await page(config['DOCKHERO_HOST'] ?? '')).toContain('Hello');
  });

  it('a container cannot reach the instance metadata, which knows the bootstrap token', async () => {
    const attempt = docker([
      'run',
      '--rm',
      'busybox',
      'sh',
      '-c',
      'timeout 4 wget -q -O - http://169.254.169.254/latest/user-data; exit $?',
    ]);
    await expect(attempt).rejects.toThrow();
  });

  it('Swarm’s ports are closed to the world', async () => {
    await expect(fetch(`http://${config['DOCKHERO_HOST']}:2377/`, { signal: AbortSignal.timeout(2_000) })).rejects.toThrow();
  });

  it('a plan change gives the host more memory and keeps its address, its Swarm and the running stack', async () => {
    const upgraded = await system.heroku(['addons:upgrade', 'dockhero', 'dockhero:standard', '-a', app]);
    expect(`${upgraded.stdout}${upgraded.stderr}`).toContain('standard');
    await eventually(
      '2 GiB of memory',
      async () => (await docker(['info', '--format', '{{.MemTotal}}'])) === String(2 * 1024 ** 3),
      90_000,
    );
    expect((await system.configOf(app))['DOCKHERO_HOST']).toBe(config['DOCKHERO_HOST']);
    expect(await page(config['DOCKHERO_HOST'] ?? '')).toContain('Hello');
  });

  it('a plan that needs another number of hosts is refused with a sentence', async () => {
    const refused = await system.heroku(['addons:upgrade', 'dockhero', 'dockhero:business', '-a', app], { allowFailure: true });
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain('another number of hosts');
  });

  it('`heroku addons:destroy` leaves nothing: no instance, address, group, config var or secret', async () => {
    const [id] = await system.resourceIds();
    await system.heroku(['addons:destroy', 'dockhero', '-a', app, '--confirm', app]);
    expect(await system.configOf(app)).toEqual({});
    await eventually('an empty cloud', async () => {
      const { instances, addresses, groups } = await system.cloud();
      return instances + addresses + groups === 0;
    });
    await eventually('the removal to be settled', async () => {
      const { rows } = await system.database.query('SELECT 1 FROM clusters WHERE resource_id = $1 AND removed_at IS NOT NULL', [id]);
      return rows.length === 1;
    });
    const { rows } = await system.database.query<Record<string, unknown>>(
      `SELECT r.config_token, r.grant_code, r.log_input_url, c.ca_key_pem, (SELECT count(*)::int FROM heroku_authorizations) AS tokens, (SELECT count(*)::int FROM hosts) AS hosts
       FROM resources r JOIN clusters c ON c.resource_id = r.id WHERE r.id = $1`,
      [id],
    );
    expect(rows[0]).toEqual({ config_token: null, grant_code: null, log_input_url: null, ca_key_pem: null, tokens: 0, hosts: 0 });
    expect((await fetch(`${config['DOCKHERO_CONFIG_URL']}/status`)).status).toBe(410);
  });
});

async function page(host: string): Promise<string> {
  return await eventually(`http://${host}/ to answer`, async () => {
    const response = await fetch(`http://${host}/`, { signal: AbortSignal.timeout(2_000) });
    return response.ok && (await response.text());
  });
}

async function callWithoutCertificate(host: string): Promise<number> {
  return await new Promise((resolve, reject) => {
    request({ host, port: 2376, path: '/_ping', rejectUnauthorized: false, timeout: 5_000 }, (response) =>
      resolve(response.statusCode ?? 0),
    )
      .on('error', reject)
      .end();
  });
}
