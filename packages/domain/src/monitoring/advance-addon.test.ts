import { describe, expect, it } from 'vitest';
import type { HostSight } from './advance-host.js';
import { observeAddon } from './observe-addon.js';
import { aDisk } from './testing/samples.js';
import { Watch } from './testing/watch.js';

/** Of the add-on: a log this far behind, and volumes with this age of their newest good backup. */
function ofAddon(behindSeconds: number | null, ages: Readonly<Record<string, number>> = {}): Partial<HostSight> {
  const attached = {
    mayDiffer: true,
    askedFor: null,
    failures: 0,
    hasFailed: false,
    failure: null,
    isVerificationBad: false,
    verificationDetail: null,
  };
  const volumes = Object.entries(ages).map(([volume, goodAge]) => ({ ...attached, volume, goodAge }));
  return { observations: null, silence: null, ofAddon: observeAddon({ behindSeconds, isFollowed: true }, volumes) };
}

describe('what concerns the add-on', () => {
  it('is neither gone nor clear because a look at the host does not speak of it, nor the other way round', () => {
    const watch = new Watch();
    const full = { fileSystems: [aDisk(0.92)] };
    for (let round = 0; round < 130; round += 1) watch.see(1, full).see(1, null, ofAddon(600, { data: 100_000 }));
    expect(watch.told).toEqual(['fired disk / at 2', 'fired logs-behind logs at 5', 'fired backup data at 121']);
    expect(watch.see(4, full).open).toHaveLength(3);
    expect(watch.see(4, null, ofAddon(600, { data: 100_000 })).open).toHaveLength(3);
  });

  it('is not hidden by the silence of its host, nor muted by it', () => {
    const watch = new Watch().see(1, {}).see(8, null);
    expect(watch.see(121, null, ofAddon(0, { data: 100_000 })).told).toEqual(['fired host-silent host at 4', 'fired backup data at 129']);
  });

  it('is over with a new backup, or when the volume is gone; a log that is not known stays as it is', () => {
    const watch = new Watch().see(126, null, ofAddon(600, { data: 100_000, logs: 100_000 }));
    watch.see(1, null, ofAddon(null, { data: 60 })).see(20, null, ofAddon(null, { data: 60 }));
    expect(watch.told).toEqual([
      'fired logs-behind logs at 4',
      'fired backup data at 120',
      'fired backup logs at 120',
      'resolved backup data at 126',
      'resolved backup logs at 126',
    ]);
    expect(watch.see(12, null, ofAddon(10)).open).toEqual([]);
  });
});
