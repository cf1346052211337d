import type { StorageTimes } from '@dockhero/testing/fakes/fake-storage';
import { afterEach, expect } from 'vitest';
import type { VolumeReconciler } from '../volumes/volume-reconciler.js';
import { prepareWorld, type PreparedWorld } from './prepare-world.js';
import { makeVolumeReconciler } from './volume-worker.js';
import type { World } from './world.js';

/** What a test of volumes stands on: a world of its own, and a worker that reaches it through the gate. */
export interface PreparedVolumes extends PreparedWorld {
  readonly worker: VolumeReconciler;
}

/** Makes it before each test of the file and hands it over; after each, nothing may have happened that must never happen. @param times of EBS. */
export function prepareVolumes(times: Partial<StorageTimes>, take: (made: PreparedVolumes) => void): void {
  let world: World;
  prepareWorld({ ebs: times }, (made) => {
    world = made.world;
    take({ ...made, worker: makeVolumeReconciler(world, made.gate, world.database) });
  });
  afterEach(() => {
    // Longer than any freeze lasts.
    world.advance(10_000);
    expect(world.mounts.frozen()).toEqual([]);
    expect([...world.ebs.violations, ...world.mounts.violations]).toEqual([]);
  });
}
