import { describe, expect, it } from 'vitest';
import { defaultThresholds } from './alert-settings.js';
import { emptyHistory, remember, rememberDisk } from './host-history.js';
import type { HostSample } from './host-sample.js';
import type { Observation } from './observation.js';
import { observeHost, observeSilence } from './observe-host.js';
import { aContainer, aDisk, aSample, at, historyOf, verdict } from './testing/samples.js';

const memory = (ratio: number): Partial<HostSample> => ({ memory: { totalBytes: 1_000, availableBytes: 1_000 * (1 - ratio) } });

function observe(samples: readonly HostSample[], thresholds = defaultThresholds): Observation[] {
  const last = samples.at(-1);
  if (!last) throw new Error('no samples');
  return observeHost(last, historyOf(samples), thresholds);
}

describe('memory, disk and inodes', () => {
  it.each([
    ['memory', 0.849, 'clear'],
    ['memory', 0.86, 'between'],
    ['memory', 0.9, 'bad'],
    ['memory', 0.97, 'bad!'],
    ['disk', 0.869, 'clear'],
    ['disk', 0.88, 'between'],
    ['disk', 0.91, 'bad'],
    ['disk', 0.96, 'bad!'],
    ['inodes', 0.5, 'clear'],
    ['inodes', 0.88, 'between'],
    ['inodes', 0.92, 'bad'],
    ['inodes', 0.96, 'bad!'],
  ] as const)('%s at %d is %s', (rule, ratio, expected) => {
    const fileSystem = rule === 'inodes' ? aDisk(0.1, { filesFree: 1_000_000 * (1 - ratio) }) : aDisk(rule === 'disk' ? ratio : 0.1);
    const sample = aSample(0, { ...memory(rule === 'memory' ? ratio : 0.1), fileSystems: [fileSystem] });
    expect(verdict(observe([sample]), rule)).toBe(expected);
  });

  it('take the thresholds of the customer, and never call critical what does not fire', () => {
    const thresholds = { memory: 0.99, disk: 0.5, inodes: 0.9 };
    const sample = aSample(0, { ...memory(0.98), fileSystems: [aDisk(0.51)] });
    expect(verdict(observe([sample], thresholds), 'memory')).toBe('between');
    expect(verdict(observe([sample], thresholds), 'disk')).toBe('bad');
  });

  it.each([
    ['a disk that does not answer', aDisk(0.99, { isStuck: true }), 'unknown', 'unknown'],
    ['a read-only one', aDisk(1, { isReadOnly: true }), 'absent', 'absent'],
    ['one that counts no inodes', aDisk(0.1, { files: 0, filesFree: 0 }), 'clear', 'absent'],
    ['one without a size', aDisk(0, { sizeBytes: 0, freeBytes: 0, availableBytes: 0 }), 'unknown', 'clear'],
  ])('raise no alarm for %s', (_, fileSystem, disk, inodes) => {
    const observations = observe([aSample(0, { fileSystems: [fileSystem] })]);
    expect([verdict(observations, 'disk'), verdict(observations, 'inodes')]).toEqual([disk, inodes]);
  });

  it('look at every disk by itself', () => {
    const disks = [aDisk(0.5), aDisk(0.95, { mountpoint: '/data' })];
    const bad = observe([aSample(0, { fileSystems: disks })]).filter(({ isBad }) => isBad);
    expect(bad.map(({ rule, object }) => [rule, object])).toEqual([['disk', '/data']]);
  });
});

describe('disk-filling', () => {
  /** A look each minute; the ratio at each. */
  const series = (minutes: number, ratioAt: (minute: number) => number) =>
    Array.from({ length: minutes + 1 }, (_, minute) => aSample(minute * 60, { fileSystems: [aDisk(ratioAt(minute))] }));

  it.each([
    ['steady growth that reaches full within a day', series(60, (minute) => 0.7 + minute * 0.0005), 'bad'],
    ['growth with half an hour of data not over yet', series(29, (minute) => 0.7 + minute * 0.0005), 'unknown'],
    ['steady growth that takes longer', series(60, (minute) => 0.7 + minute * 0.0001), 'clear'],
    ['fast growth of a disk that has much room left', series(60, (minute) => 0.3 + minute * 0.0008), 'clear'],
    ['logs that are rotated each hour', series(360, (minute) => 0.7 + (minute % 60) * 0.002), 'clear'],
    ['a level that only wobbles', series(120, (minute) => 0.7 + Math.sin(minute * 7) * 0.01), 'clear'],
    ['no change at all', series(120, () => 0.8), 'clear'],
    ['a disk that is being emptied', series(120, (minute) => 0.9 - minute * 0.001), 'clear'],
    ['growth with wobbles', series(120, (minute) => 0.7 + minute * 0.001 + Math.sin(minute * 7) * 0.01), 'bad'],
  ])('%s', (_, samples, expected) => {
    expect(verdict(observe(samples), 'disk-filling')).toBe(expected);
  });

  it('says when it will be full', () => {
    const observations = observe(series(120, (minute) => 0.7 + minute * 0.001));
    const seconds = observations.find(({ rule }) => rule === 'disk-filling')?.value ?? 0;
    expect(seconds / 60).toBeCloseTo(180, -1); // 82 % used, 0.1 % a minute: three hours.
  });

  it('need not wait half an hour after a restart when the past is known from elsewhere', () => {
    const past = Array.from({ length: 12 }, (_, step) => ({ at: at((step - 12) * 300), usedBytes: 2 ** 30 * (13 + step / 10) }));
    const sample = aSample(0, { fileSystems: [aDisk(14.2 / 19)] });
    const history = remember(rememberDisk(emptyHistory, '/', past), sample);
    expect(verdict(observeHost(sample, history, defaultThresholds), 'disk-filling')).toBe('bad');
  });
});

describe('unhealthy and certificate', () => {
  it('look only at containers that have a health check', () => {
    const containers = [aContainer('web.1', { isHealthy: false }), aContainer('web.2', { isHealthy: true }), aContainer('db.1')];
    const found = observe([aSample(0, { containers })]).filter(({ rule }) => rule === 'unhealthy');
    expect(found.map(({ object, isBad, isClear }) => [object, isBad, isClear])).toEqual([
      ['web.1', true, false],
      ['web.2', false, true],
    ]);
  });

  it.each([
    [null, 'unknown'],
    [13.9, 'bad'],
    [14.1, 'clear'],
  ])('with %s days left it is %s', (days, expected) => {
    const certificateExpiresAt = days === null ? null : at(days * 86_400);
    expect(verdict(observe([aSample(0, { certificateExpiresAt })]), 'certificate')).toBe(expected);
  });
});

describe('host-silent', () => {
  it.each([
    ['nothing yet, just begun', null, 0, 30, 'unknown'],
    ['nothing for a minute', null, 0, 60, 'bad'],
    ['a sample just now', 100, 0, 110, 'clear'],
    ['no sample for a minute', 100, 0, 160, 'bad'],
    ['an old sample, but this process has only begun', 100, 1_000, 1_050, 'unknown'],
  ])('%s', (_, last, watched, now, expected) => {
    const lastSampleAt = last === null ? null : at(last);
    expect(verdict([observeSilence({ lastSampleAt, watchedSince: at(watched) }, at(now))], 'host-silent')).toBe(expected);
  });
});
