import { describe, expect, it } from 'vitest';
import { agentText } from '../testing/agent-text.js';
import { ratesBetween, rootDisk } from './derive-figures.js';
import { parseMetrics } from './parse-metrics.js';

const sample = (seconds: number, figures: Parameters<typeof agentText>[0] = {}) =>
  parseMetrics(agentText(figures), new Date(seconds * 1_000));
const unknown = { cpuRatio: null, receivedPerSecond: null, sentPerSecond: null };

describe('ratesBetween', () => {
  it('divides what was counted by the time that went by', () => {
    const [earlier, later] = [sample(0), sample(10, { cpuSeconds: 1_010, receivedBytes: 6_000 })];
    expect(ratesBetween(earlier, later)).toEqual({ cpuRatio: expect.closeTo(0.25, 9), receivedPerSecond: 100, sentPerSecond: 0 });
  });

  it('knows nothing at the first look', () => {
    expect(ratesBetween(null, sample(0))).toEqual(unknown);
  });

  it('knows nothing of a counter that began anew', () => {
    const rates = ratesBetween(sample(0), sample(10, { cpuSeconds: 5, receivedBytes: 10 }));
    expect(rates).toEqual({ ...unknown, sentPerSecond: 0 });
  });

  it('knows nothing of two looks at the same moment', () => {
    expect(ratesBetween(sample(5), sample(5))).toEqual(unknown);
  });
});

describe('rootDisk', () => {
  it('gives no figures of a disk that hangs, nor where there is none', () => {
    const one = sample(0);
    expect(rootDisk(one)?.mountpoint).toBe('/');
    expect(rootDisk({ ...one, fileSystems: one.fileSystems.map((disk) => ({ ...disk, isStuck: true })) })).toBeNull();
    expect(rootDisk({ ...one, fileSystems: [] })).toBeNull();
  });

  it('is Docker’s own disk where the root of the host is an overlay', () => {
    const one = sample(0);
    const docker = one.fileSystems.map((disk) => ({ ...disk, mountpoint: '/var/lib/docker' }));
    expect(rootDisk({ ...one, fileSystems: docker })?.mountpoint).toBe('/var/lib/docker');
  });
});
