import { randomUUID } from 'node:crypto';
import { AlertSettingsStore } from '@dockhero/database/alert-settings-store';
import { NewRelicStatusStore } from '@dockhero/database/new-relic-status-store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiUnderTest, box, type Answer } from '../testing/api-under-test.js';
import { AsMonitor } from '../testing/as-monitor.js';
import { AsWorker } from '../testing/as-worker.js';
import { runResourceWithHost } from '../testing/run-resource.js';

let api: ApiUnderTest;
let worker: AsWorker;
let monitor: AsMonitor;
beforeAll(async () => {
  api = await ApiUnderTest.start(15);
  worker = new AsWorker(api.database);
  monitor = new AsMonitor(api.database);
});
afterAll(() => api.stop());

const running = () => runResourceWithHost(api);
const errorOf = ({ status, body }: Answer) => [status, body.id];
const stored = async (id: string) => (await new AlertSettingsStore(api.database, box).readMany([id])).get(id);

describe('figures', () => {
  it('come in columns by host, with averages and the worst', async () => {
    const { path, hostId } = await running();
    const at = (ms: number) => new Date(Math.floor(Date.now() / 15_000) * 15_000 - ms);
    await monitor.see(
      hostId,
      { at: at(30_000), cpuRatio: 0.1, diskUsedBytes: null, diskTotalBytes: null },
      { at: at(15_000), cpuRatio: 0.5 },
    );
    const { status, body } = await api.call('GET', `${path}/metrics?from=${at(3_600_000).toISOString()}&points=1000`);
    expect([status, body.step_seconds]).toEqual([200, 15]);
    expect(body.hosts).toMatchObject([
      {
        host: 1,
        times: [at(30_000).toISOString(), at(15_000).toISOString()],
        memory_used_bytes: [5e8, 5e8],
        memory_total_bytes: [1e9, 1e9],
        disk_used_bytes: [null, 4e9],
        load: [0.5, 0.5],
        received_per_second: [1_024, 1_024],
        sent_per_second_max: [2_048, 2_048],
      },
    ]);
    const [{ cpu_ratio: cpu = [] } = {}] = body.hosts as { cpu_ratio?: number[] }[];
    expect(cpu.map((value) => Math.round(value * 10))).toEqual([1, 5]);
    const coarse = await api.call('GET', `${path}/metrics?from=${at(3_600_000).toISOString()}&points=2`);
    expect((coarse.body.hosts as { times: string[] }[])[0]?.times).toHaveLength(1);
  });

  it('are of the last 24 hours unless asked otherwise, and of no time that is none', async () => {
    const { path } = await running();
    const { body } = await api.call('GET', `${path}/metrics`);
    expect(Date.parse(String(body.to)) - Date.parse(String(body.from))).toBe(86_400_000);
    expect(body.hosts).toMatchObject([{ host: 1, times: [] }]);
    const now = new Date().toISOString();
    for (const query of [
      'from=yesterday',
      'points=1',
      'points=1001',
      'points=x',
      `from=${now}&to=${now}`,
      'to=0000-01-01T00:00:00Z',
      'x=1',
    ]) {
      expect([query, ...errorOf(await api.call('GET', `${path}/metrics?${query}`))]).toEqual([query, 422, 'invalid_request']);
    }
  });
});

describe('New Relic', () => {
  const key = 'c'.repeat(36) + 'NRAL';
  const set = (path: string, body: unknown) => api.call('PUT', `${path}/newrelic`, { body });

  it('gets a key that is sealed and never read, says what it last said, and is forgotten', async () => {
    const { id, path } = await running();
    const off = { enabled: false, region: null, last_ok_at: null, error: null };
    expect((await api.call('GET', `${path}/newrelic`)).body).toEqual(off);
    expect((await set(path, { license_key: key, region: 'eu' })).body).toEqual({ ...off, enabled: true, region: 'eu' });
    expect((await stored(id))?.newRelic?.key.reveal()).toBe(key);
    const statuses = new NewRelicStatusStore(api.database);
    await statuses.ok(id);
    await statuses.failed(id, 'HTTP 403: the key is not known');
    const failing = await api.call('GET', `${path}/newrelic`);
    expect(failing.body).toEqual({ enabled: true, region: 'eu', last_ok_at: expect.any(String), error: 'HTTP 403: the key is not known' });
    await statuses.ok(id);
    expect((await api.call('GET', `${path}/newrelic`)).body.error).toBeNull();
    expect(JSON.stringify([failing.body, await api.askedFor(id), await api.database.alertSettings.findMany()])).not.toContain(key);
    expect((await api.call('DELETE', `${path}/newrelic`)).body).toEqual(off);
    expect((await stored(id))?.newRelic).toBeNull();
    expect(await api.askedFor(id)).toEqual(['A New Relic key was set, region eu', 'The New Relic key was removed']);
  });

  it('gets nothing that is no key', async () => {
    const { path } = await running();
    for (const body of [{ license_key: `NRAK-${key}`, region: 'us' }, { license_key: key }, { license_key: key, region: 'mars' }]) {
      expect(errorOf(await set(path, body))).toEqual([422, 'invalid_request']);
    }
  });
});

describe('the URL for Prometheus', () => {
  const make = async (path: string) => String((await api.call('POST', `${path}/prometheus`)).body.url).replace(api.env.PUBLIC_URL, '');
  const isOn = async (path: string) => (await api.call('GET', `${path}/prometheus`)).body;

  it('is said once and gives the latest figures of each host in Prometheus’ format', async () => {
    const { id, path, hostId } = await running();
    expect(await isOn(path)).toEqual({ enabled: false });
    const url = await make(path);
    expect(url).toMatch(/^\/federate\/[\w-]{43}$/);
    expect(await isOn(path)).toEqual({ enabled: true });
    expect((await api.call('GET', url)).text).toBe('');
    await monitor.see(
      hostId,
      { at: new Date(Date.now() - 40_000), load: 9 },
      { at: new Date(Date.now() - 20_000), load: 0.75, cpuRatio: null },
    );
    const { status, headers, text } = await api.call('GET', url);
    expect([status, headers.get('content-type')]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
    const name = `dockhero-curved-${id.slice(0, 5)}`;
    expect(text).toContain(`# TYPE node_load1 gauge\nnode_load1{resource="${name}",host="1"} 0.75\n`);
    expect(text).toContain(`node_memory_MemAvailable_bytes{resource="${name}",host="1"} 500000000\n`);
    expect(text).toContain(`node_filesystem_avail_bytes{resource="${name}",host="1",mountpoint="/"} 12000000000\n`);
    expect(text).not.toContain('dockhero_cpu_ratio');
    expect(await api.database.alertSettings.findMany().then(JSON.stringify)).not.toContain(url.slice(10));
  });

  it('ends when another is made, when it is revoked, and with the add-on; a capability token does not open it', async () => {
    const { id, path } = await running();
    const [first, second] = [await make(path), await make(path)];
    expect(errorOf(await api.call('GET', first))).toEqual([404, 'resource_not_found']);
    expect((await api.call('GET', second)).status).toBe(200);
    expect(errorOf(await api.call('GET', path.replace('/c/', '/federate/')))).toEqual([404, 'resource_not_found']);
    expect((await api.call('DELETE', `${path}/prometheus`)).body).toEqual({ enabled: false });
    expect(errorOf(await api.call('GET', second))).toEqual([404, 'resource_not_found']);
    const third = await make(path);
    await api.heroku('DELETE', `/${id}`);
    expect(errorOf(await api.call('GET', third))).toEqual([410, 'resource_gone']);
    await worker.forget(id);
    expect(errorOf(await api.call('GET', third))).toEqual([404, 'resource_not_found']);
  });
});

describe.each([
  ['GET', '/alerts', null],
  ['PATCH', '/alerts/settings', {}],
  ['POST', '/alerts/silences', { minutes: 5 }],
  ['DELETE', `/alerts/silences/${randomUUID()}`, null],
  ['GET', '/metrics', null],
  ['GET', '/newrelic', null],
  ['PUT', '/newrelic', { license_key: 'c'.repeat(40), region: 'us' }],
  ['DELETE', '/newrelic', null],
  ['GET', '/prometheus', null],
  ['POST', '/prometheus', null],
  ['DELETE', '/prometheus', null],
] as const)('%s /c/:token%s', (method, end, body) => {
  it('knows no token but those it gave out, and is gone with the add-on', async () => {
    const { id, path } = await running();
    const call = (of: string) => api.call(method, of + end, body ? { body } : {});
    const flipped = path.slice(0, -1) + (path.endsWith('A') ? 'B' : 'A');
    const wrong = await call(flipped);
    expect([...errorOf(wrong), wrong.headers.get('cache-control')]).toEqual([404, 'resource_not_found', 'no-store']);
    await api.heroku('DELETE', `/${id}`);
    expect(errorOf(await call(path))).toEqual([410, 'resource_gone']);
    await worker.forget(id);
    expect(errorOf(await call(path))).toEqual([410, 'resource_gone']);
  });
});
