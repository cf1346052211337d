import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { migrateDeploy } from '@dockhero/database/migrate';
import { Secret } from '@dockhero/domain/secret';
import { testRedisUrl } from '@dockhero/testing/test-services';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startPostgres, type PostgresService } from '../../../../scripts/services/postgres.mjs';
import { ApiUnderTest, aProvisionRequest } from '../testing/api-under-test.js';
import { AsWorker } from '../testing/as-worker.js';
import { newKey, signingRequest } from '../testing/openssl.js';

const folder = mkdtempSync(join(tmpdir(), 'dockhero-postgres-away-'));
const options = { dataDir: join(folder, 'postgres'), durable: false };
let postgres: PostgresService;
let port: number;
let api: ApiUnderTest;

beforeAll(async () => {
  postgres = await startPostgres(options);
  port = Number(new URL(postgres.url).port);
  await migrateDeploy(new Secret(postgres.url), fileURLToPath(new URL('../../../../prisma/migrations', import.meta.url)));
  api = await ApiUnderTest.startOn(new Secret(postgres.url), testRedisUrl(15));
});
afterAll(async () => {
  await api.stop();
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function expectRecovery(): Promise<void> {
  await expect.poll(async () => (await api.call('GET', '/ready')).status, { timeout: 15_000, interval: 50 }).toBe(200);
  await api.provision();
}

it('without Postgres every call is a 503 with retry-after and JSON, soon; with it again all is well by itself', async () => {
  const id = await api.provision();
  const worker = new AsWorker(api.database);
  await worker.provision(id);
  const { hostId, token: bootstrap } = await worker.launchHost(id);
  const token = await api.tokenOf(id);
  const csr = signingRequest(newKey());
  // Many connections in the pool, so that many die.
  await Promise.all(Array.from({ length: 20 }, () => api.provision()));
  await postgres.stop();
  const calls = [
    () => api.heroku('POST', '', aProvisionRequest()),
    () => api.heroku('POST', '', aProvisionRequest({ uuid: id })),
    () => api.heroku('PUT', `/${id}`, { plan: 'standard' }),
    () => api.heroku('DELETE', `/${id}`),
    () => api.call('GET', `/c/${token}`),
    () => api.call('GET', `/c/${token}/status`),
    () => api.call('GET', `/c/${token}/certs`),
    () =>
      api.call('POST', `/hosts/${hostId}/certificate`, {
        headers: { authorization: `Bearer ${bootstrap}`, 'content-type': 'application/pkcs10' },
        body: csr,
      }),
  ];
  // Twice: first over the pool's dead connections, then over none.
  for (const call of [...calls, ...calls]) {
    const from = performance.now();
    const { status, headers, body } = await call();
    expect([status, body.id, headers.get('retry-after')]).toEqual([503, 'storage_unavailable', '30']);
    expect(body.message).toContain('try again');
    expect(performance.now() - from).toBeLessThan(3_000);
  }
  expect((await api.call('GET', '/ready')).body).toEqual({ status: 'not ready', checks: [{ name: 'postgres', ok: false }] });
  expect((await api.call('GET', '/health')).status).toBe(200);
  // 401 needs no database.
  expect((await api.call('POST', '/heroku/resources', { body: aProvisionRequest() })).status).toBe(401);
  postgres = await startPostgres({ ...options, port });
  await expectRecovery();
  expect((await api.heroku('DELETE', `/${id}`)).status).toBe(204);
});

it('a restart of Postgres under load loses no accepted resource, answers nothing but 202 and 503, and needs nobody', async () => {
  const answers: { status: number; uuid: string }[] = [];
  const run = { stopped: false };
  const load = Array.from({ length: 4 }, async () => {
    while (!run.stopped && answers.length < 50_000) {
      const request = aProvisionRequest();
      answers.push({ uuid: request.uuid, status: (await api.heroku('POST', '', request)).status });
    }
  });
  await expect.poll(() => answers.length, { timeout: 20_000, interval: 10 }).toBeGreaterThan(40);
  await postgres.restart();
  const seen = answers.length;
  await expect
    .poll(() => answers.slice(seen).filter(({ status }) => status === 202).length, { timeout: 15_000, interval: 20 })
    .toBeGreaterThan(20);
  run.stopped = true;
  await Promise.all(load);
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202, 503]));
  const accepted = answers.filter(({ status }) => status === 202).map(({ uuid }) => uuid);
  expect(await api.database.resource.count({ where: { id: { in: accepted } } })).toBe(accepted.length);
  await expectRecovery();
}, 120_000);

it('no error of the outage has told the log a secret', () => {
  expect(api.logs()).not.toMatch(/canary/);
});
