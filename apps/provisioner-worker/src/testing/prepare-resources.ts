import type { Reconciler } from '../reconcile/reconciler.js';
import { prepareWorld, type PreparedWorld } from './prepare-world.js';
import { makeReconciler, workerSettings, type WorkerSettings } from './worker.js';

/** What a test of resources stands on: a world of its own, and a worker that reaches it through the gate. */
export interface PreparedResources extends PreparedWorld {
  readonly reconciler: Reconciler;
}

/** Makes it before each test of the file and hands it over. */
export function prepareResources(take: (made: PreparedResources) => void, settings: WorkerSettings = workerSettings): void {
  prepareWorld({}, (made) => {
    const { world, gate } = made;
    take({ ...made, reconciler: makeReconciler(world, gate, world.database, settings) });
  });
}
