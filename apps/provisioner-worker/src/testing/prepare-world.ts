import { CallGate } from '@dockhero/testing/fakes/call-gate';
import type { CloudTimes } from '@dockhero/testing/fakes/fake-cloud';
import type { StorageTimes } from '@dockhero/testing/fakes/fake-storage';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { openStorage, World, type TestStorage } from './world.js';

/** What a worker's test stands on: a world of its own, on a database of its file's. */
export interface PreparedWorld {
  readonly storage: TestStorage;
  readonly world: World;
  /** Of the outside calls that the worker will make. */
  readonly gate: CallGate;
}

/** How long the fakes take over things. */
interface WorldTimes {
  readonly cloud?: Partial<CloudTimes>;
  readonly ebs?: Partial<StorageTimes>;
}

/** Makes it before each test of the file and hands it over. */
export function prepareWorld(times: WorldTimes, take: (made: PreparedWorld) => void): void {
  let storage: TestStorage;
  beforeAll(async () => {
    storage = await openStorage();
  });
  afterAll(() => storage.drop());
  beforeEach(() => {
    take({ storage, world: new World(storage, times.cloud, times.ebs), gate: new CallGate() });
  });
}
