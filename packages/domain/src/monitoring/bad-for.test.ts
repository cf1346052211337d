import { describe, expect, it } from 'vitest';
import { advanceHost } from './advance-host.js';
import { defaultThresholds } from './alert-settings.js';
import type { LowestRatio } from './host-sample.js';
import { observeHost, observeSilence } from './observe-host.js';
import { aDisk, aSample, at, historyOf } from './testing/samples.js';

const low = (seconds: number, ratio: number, object = '/'): LowestRatio => ({ rule: 'disk', object, seconds, ratio });

/** Since when a disk that is found full at 100 s is pending, in seconds. */
function pendingSince(lowest: readonly LowestRatio[], lookBefore: number | null = 85): number | null {
  const last = aSample(100, { fileSystems: [aDisk(0.92)], lowest });
  const before = lookBefore === null ? [] : [aSample(lookBefore)];
  const observations = observeHost(last, historyOf([...before, last]), defaultThresholds);
  const silence = observeSilence({ lastSampleAt: last.at, watchedSince: at(0) }, last.at);
  const { incidents } = advanceHost({ incidents: [], firings: [] }, { observations, silence, silences: [], isMuted: false }, last.at);
  const since = incidents.find(({ rule }) => rule === 'disk')?.pendingSince;
  return since ? (since.getTime() - at(0).getTime()) / 1_000 : null;
}

describe('a breach between two looks', () => {
  it.each([
    ['began with the longest window in which it was never lower', [low(2, 0.92), low(4, 0.91), low(6, 0.9), low(8, 0.7)], 85, 94],
    ['began with the look when nothing more is known', [], 85, 100],
    ['began with the look when it was lower just before', [low(2, 0.89)], 85, 100],
    ['began after the look before, which did not see it', [low(2, 0.92), low(30, 0.91)], 85, 85],
    ['is no older than the windows say when nobody looked for long', [low(20, 0.92), low(60, 0.91)], 10, 40],
    ['is known after a restart of ours too', [low(20, 0.92)], null, 80],
    ['has nothing to do with another disk', [low(20, 0.99, '/data')], 85, 100],
  ] as const)('%s', (_, lowest, lookBefore, since) => {
    expect(pendingSince(lowest, lookBefore)).toBe(since);
  });

  it('is told at once when it has lasted long enough already', () => {
    const last = aSample(100, { fileSystems: [aDisk(0.92)], lowest: [low(30, 0.91)] });
    const observations = observeHost(last, historyOf([aSample(10), last]), defaultThresholds);
    const silence = observeSilence({ lastSampleAt: last.at, watchedSince: at(0) }, last.at);
    const { changes } = advanceHost({ incidents: [], firings: [] }, { observations, silence, silences: [], isMuted: false }, last.at);
    expect(changes.map(({ transition, incident }) => [transition?.kind, incident.pendingSince])).toEqual([['fired', at(70)]]);
  });
});
