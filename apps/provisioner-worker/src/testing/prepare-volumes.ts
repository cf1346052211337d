import { CallGate } from '@dockhero/testing/fakes/call-gate';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { makeVolumeReconciler } from './volume-worker.js';
import { openStorage, World, type TestStorage } from './world.js';

/** What a test of volumes stands on: a world of its own, and a worker that reaches it through the gate. */
export interface PreparedVolumes {
  readonly storage: TestStorage;
  readonly world: World;
  readonly gate: CallGate;
  readonly worker: ReturnType<typeof makeVolumeReconciler>;
}

/** Makes it before each test of the file and hands it over; after each, nothing may have happened that must never happen. @param times of EBS. */
export function prepareVolumes(times: ConstructorParameters<typeof World>[2], take: (made: PreparedVolumes) => void): void {
  let storage: TestStorage;
  let world: World;
  beforeAll(async () => {
    storage = await openStorage();
  });
  afterAll(() => storage.drop());
  beforeEach(() => {
    world = new World(storage, {}, times);
    const gate = new CallGate();
    take({ storage, world, gate, worker: makeVolumeReconciler(world, gate, storage.database) });
  });
  afterEach(() => {
    // Longer than any freeze lasts.
    world.advance(10_000);
    expect(world.mounts.frozen()).toEqual([]);
    expect([...world.ebs.violations, ...world.mounts.violations]).toEqual([]);
  });
}
