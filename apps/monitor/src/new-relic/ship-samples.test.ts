import { Secret } from '@dockhero/domain/secret';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ratesBetween } from '../sample/derive-figures.js';
import { parseMetrics } from '../sample/parse-metrics.js';
import type { ResourceSettings } from '../settings/resource-settings.js';
import { agentText } from '../testing/agent-text.js';
import { CustomerEndpoint } from '../testing/customer-endpoint.js';
import { hostSource, Outside } from '../testing/hosts.js';
import { WatchedHost } from '../watch/watched-hosts.js';
import { NewRelicMetrics } from './post-metrics.js';
import { ShipSamples } from './ship-samples.js';

vi.setConfig({ testTimeout: 30_000 });

interface Metric {
  readonly name: string;
  readonly type: string;
  readonly value: number;
  readonly attributes: Readonly<Record<string, string>>;
}

const soon = { timeout: 20_000, interval: 10 };
let endpoint: CustomerEndpoint;
let outside: Outside;
let shipping: ShipSamples;
let host: WatchedHost;
let key: string | null;
let status: (string | null)[];
beforeEach(async () => {
  endpoint = await CustomerEndpoint.start();
  endpoint.answer = (response) => void response.writeHead(202).end('{}');
  outside = new Outside();
  key = 'key-1';
  status = [];
  const settings = {
    of: () => ({ settings: { newRelic: key === null ? null : { key: new Secret(key), region: 'us' } }, silences: [] }),
  } as unknown as ResourceSettings;
  const store = { ok: async () => void status.push(null), failed: async (_: string, error: string) => void status.push(error) };
  shipping = new ShipSamples(settings, new NewRelicMetrics(endpoint.url), store, outside);
  host = new WatchedHost(hostSource('host-1'), outside.now(), 15_000);
});
afterEach(async () => {
  await shipping.stop();
  await endpoint.stop();
});

function pass(seconds: number, figures: Parameters<typeof agentText>[0] = {}): void {
  for (let passed = 0; passed < seconds; passed += 15) {
    outside.nowMs += 15_000;
    const sample = parseMetrics(agentText(figures), outside.now());
    const rates = ratesBetween(host.sample, sample);
    host.sample = sample;
    shipping.take(host, sample, rates);
    shipping.tick();
  }
}
const posts = (count: number) => expect.poll(() => [endpoint.posts.length, status.length], soon).toEqual([count, count]);
const metricsOf = (index: number) =>
  (JSON.parse(endpoint.posts[index]?.body ?? '[]') as { metrics: Metric[] }[]).flatMap(({ metrics }) => metrics);

describe('ShipSamples', () => {
  it('sends half a minute’s samples in one POST with the key, as gauges, and counts between them', async () => {
    pass(15);
    pass(30, { starts: 3, memory: 0.75 });
    await posts(1);
    expect(endpoint.posts[0]?.headers).toMatchObject({ 'api-key': 'key-1', 'content-encoding': 'gzip' });
    const values = (name: string) => metricsOf(0).flatMap((metric) => (metric.name === name ? [[metric.type, metric.value]] : []));
    expect(values('host.memory.used.percent')).toEqual([
      ['gauge', 50],
      ['gauge', 75],
      ['gauge', 75],
    ]);
    expect(values('workload.starts')).toEqual([
      ['count', 2],
      ['count', 0],
    ]);
    expect(status).toEqual([null]);
  });

  it('tells of a wrong key, and rests an hour, or until there is another', async () => {
    endpoint.answer = (response) => void response.writeHead(403).end();
    pass(45);
    await posts(1);
    expect(status[0]).toContain('refuses the licence key');
    pass(3_000);
    await posts(1);
    key = 'key-2';
    endpoint.answer = (response) => void response.writeHead(202).end('{}');
    pass(15);
    await posts(2);
    expect(endpoint.posts[1]?.headers['api-key']).toBe('key-2');
    expect(status[1]).toBeNull();
  });

  it('sends the same samples again when New Relic is away, after the time it asks for', async () => {
    endpoint.answer = (response) => void response.writeHead(429, { 'retry-after': '120' }).end();
    pass(45);
    await posts(1);
    endpoint.answer = (response) => void response.writeHead(202).end('{}');
    pass(105);
    await posts(1);
    pass(15);
    await posts(2);
    const memory = metricsOf(1).filter(({ name }) => name === 'host.memory.total.bytes');
    expect(memory).toHaveLength(11);
  });

  it('drops what is refused as such, and goes on', async () => {
    endpoint.answer = (response) => void response.writeHead(400).end('bad');
    pass(45);
    await posts(1);
    expect(status[0]).toContain('status 400 bad');
    pass(30);
    await posts(2);
    expect(metricsOf(1).filter(({ name }) => name === 'host.memory.total.bytes')).toHaveLength(2);
  });

  it('sends nothing without a key', async () => {
    key = null;
    pass(300);
    expect(endpoint.posts).toEqual([]);
  });

  it('counts nothing that happened while another process had the host: that has told it', async () => {
    pass(45, { starts: 3 });
    await posts(1);
    outside.nowMs += 3_600_000;
    host = new WatchedHost(hostSource('host-1'), outside.now(), 15_000);
    pass(15, { starts: 9 });
    await posts(2);
    pass(45, { starts: 10 });
    await posts(3);
    const starts = [1, 2].map((post) => metricsOf(post).flatMap(({ name, value }) => (name === 'workload.starts' ? [value] : [])));
    expect(starts).toEqual([[], [1, 0]]);
  });

  it('holds little of a host with very many containers while New Relic is away', async () => {
    const containers = Array.from({ length: 2_000 }, (_, index) => {
      const labels = `{container="web.${String(index)}",workload="web"}`;
      return `dockhero_container_memory_usage_bytes${labels} 1\ndockhero_container_cpu_seconds_total${labels} 1\n`;
    });
    endpoint.answer = (response) => void response.writeHead(503).end();
    const sample = parseMetrics(agentText() + containers.join(''), outside.now());
    for (let looks = 0; looks < 100; looks += 1) shipping.take(host, sample, ratesBetween(null, sample));
    pass(30);
    await posts(1);
    expect(metricsOf(0).filter(({ name }) => name === 'container.memory.bytes').length).toBeLessThan(20_001);
  });

  it('holds the less of each resource the more of them wait', async () => {
    const containers = Array.from(
      { length: 4_000 },
      (_, index) => `dockhero_container_memory_usage_bytes{container="c${String(index)}"} 1\n`,
    );
    const sample = parseMetrics(agentText() + containers.join(''), outside.now());
    const others = Array.from({ length: 50 }, (_, index) => {
      const source = hostSource(`host-${String(index)}`, { resourceId: `resource-${String(index)}` });
      return new WatchedHost(source, outside.now(), 15_000);
    });
    for (let looks = 0; looks < 10; looks += 1) for (const other of others) shipping.take(other, sample, ratesBetween(null, sample));
    outside.nowMs += 60_000;
    shipping.tick();
    await expect.poll(() => endpoint.posts.length, soon).toBeGreaterThan(0);
    expect(metricsOf(0).filter(({ name }) => name === 'container.memory.bytes').length).toBeLessThan(10_001);
  });
});
