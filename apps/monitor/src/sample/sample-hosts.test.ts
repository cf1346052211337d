import type { AgentScrape } from '@dockhero/docker/agent-scrape';
import type { ControlPlaneCredentials } from '@dockhero/docker/control-plane-credentials';
import { AppError } from '@dockhero/domain/errors';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { agentText } from '../testing/agent-text.js';
import { hostSource, Outside } from '../testing/hosts.js';
import { WatchedHosts } from '../watch/watched-hosts.js';
import { SampleHosts } from './sample-hosts.js';

const sampleMs = 15_000;
const hostIds = Array.from({ length: 300 }, (_, index) => `host-${String(index)}`);

let outside: Outside;
let hosts: WatchedHosts;
let sampling: SampleHosts;
/** When each host was looked at, in milliseconds from the start. */
let looks: Map<string, number[]>;
let taken: Map<string, number>;
let answer: (hostId: string) => Promise<string>;
let credentials: () => Promise<object>;
const startMs = Date.parse('2030-01-01T00:00:00Z');

beforeEach(async () => {
  outside = new Outside();
  looks = new Map();
  taken = new Map();
  answer = async () => agentText();
  credentials = async () => ({});
  hosts = new WatchedHosts({ begin: async () => {}, end: async () => {} }, outside.now, sampleMs);
  const metrics = async (hostId: string) => {
    looks.set(hostId, [...(looks.get(hostId) ?? []), outside.nowMs - startMs]);
    return await answer(hostId);
  };
  sampling = new SampleHosts(
    hosts,
    { scrape: { metrics } as unknown as AgentScrape, credentials: { to: () => credentials() } as unknown as ControlPlaneCredentials },
    [{ take: ({ source }) => taken.set(source.hostId, (taken.get(source.hostId) ?? 0) + 1) }],
    outside,
    { sampleMs, looksMax: 8 },
  );
  await hosts.keep(hostIds.map((hostId) => ({ source: hostSource(hostId) })));
});

async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 100) {
    outside.nowMs += 100;
    sampling.tick();
    await new Promise((resolve) => setImmediate(resolve));
  }
}
const all = () => [...hosts.all];

describe('SampleHosts', () => {
  it('looks at every host once in fifteen seconds, evenly spread', async () => {
    await pass(4 * sampleMs);
    expect([...looks.values()].map((times) => times.length)).toEqual(hostIds.map(() => 4));
    const perSecond = Array.from({ length: 15 }, (_, second) =>
      [...looks.values()].flat().filter((at) => at > second * 1_000 && at <= (second + 1) * 1_000),
    );
    for (const { length } of perSecond) expect(length).toBeLessThan(45);
    expect([...taken.values()]).toEqual(hostIds.map(() => 4));
  });

  it('goes on looking when its clock is set back', async () => {
    await pass(sampleMs);
    taken.clear();
    outside.nowMs -= 3_600_000;
    await pass(2 * sampleMs);
    expect([...taken.values()].filter((count) => count >= 1)).toHaveLength(300);
  });

  it('looks at a host at the same phase in every process', async () => {
    await pass(sampleMs);
    const first = new Map(looks);
    looks = new Map();
    await hosts.keep([]);
    await hosts.keep(hostIds.map((hostId) => ({ source: hostSource(hostId) })));
    await pass(sampleMs);
    for (const hostId of hostIds) expect((looks.get(hostId)?.[0] ?? 0) - sampleMs).toBe(first.get(hostId)?.[0]);
  });

  it('is not kept from hosts that answer by any number of those that hang', async () => {
    const isDead = (hostId: string): boolean => Number(hostId.split('-')[1]) % 2 === 0;
    const hanging: (() => void)[] = [];
    answer = async (hostId) => {
      if (!isDead(hostId)) return agentText();
      await new Promise<void>((resolve) => hanging.push(resolve));
      throw new AppError('agent_unreachable');
    };
    // The first looks at them are taken for looks at any other; each ends in time.
    for (let passed = 0; passed < sampleMs; passed += 100) {
      await pass(100);
      for (const end of hanging.splice(0)) end();
    }
    await pass(100);
    taken.clear();
    await pass(2 * sampleMs);
    expect([...taken.values()]).toEqual(hostIds.filter((hostId) => !isDead(hostId)).map(() => 2));
    expect(hanging).toHaveLength(8);
    for (const end of hanging) end();
  });

  it('is hardly kept from hosts that answer by those that begin to hang', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const isDead = (hostId: string): boolean => Number(hostId.split('-')[1]) % 5 === 0;
    const hanging: { readonly sinceMs: number; readonly end: () => void }[] = [];
    const lookMs = 5_000;
    answer = async (hostId) => {
      if (!isDead(hostId)) return agentText();
      await new Promise<void>((end) => hanging.push({ sinceMs: outside.nowMs, end }));
      throw new AppError('agent_unreachable');
    };
    for (let passed = 0; passed < sampleMs + 2_000; passed += 100) {
      await pass(100);
      vi.advanceTimersByTime(100);
      while (hanging[0] && hanging[0].sinceMs <= outside.nowMs - lookMs) hanging.shift()?.end();
    }
    vi.useRealTimers();
    expect(hostIds.filter((hostId) => !isDead(hostId) && !taken.has(hostId))).toEqual([]);
    for (const { end } of hanging) end();
  });

  it('counts looks that brought nothing, until one brings something', async () => {
    answer = async () => await Promise.reject(new AppError('agent_unreachable'));
    await pass(2 * sampleMs);
    expect(new Set(all().map(({ failures }) => failures))).toEqual(new Set([2]));
    answer = async () => 'nonsense\n';
    await pass(sampleMs);
    expect(new Set(all().map(({ failures }) => failures))).toEqual(new Set([3]));
    answer = async () => agentText();
    await pass(sampleMs);
    expect(new Set(all().map(({ failures }) => failures))).toEqual(new Set([0]));
  });

  it.each([
    ['what our own database lacks', new AppError('storage_unavailable')],
    ['a key of its authority that we cannot open', new Error('no encryption key k2')],
  ])('does not blame a host for %s', async (_, error) => {
    credentials = async () => await Promise.reject(error);
    await pass(2 * sampleMs);
    expect(new Set(all().map(({ failures }) => failures))).toEqual(new Set([0]));
  });

  it('has one look at a host at a time, and takes nothing of a host that it no longer has', async () => {
    const ends: (() => void)[] = [];
    answer = async () => {
      await new Promise<void>((resolve) => ends.push(resolve));
      return agentText();
    };
    await hosts.keep([{ source: hostSource('host-1') }]);
    await pass(3 * sampleMs);
    expect(ends).toHaveLength(1);
    await hosts.keep([]);
    for (const end of ends) end();
    await pass(100);
    expect(taken.size).toBe(0);
  });
});
