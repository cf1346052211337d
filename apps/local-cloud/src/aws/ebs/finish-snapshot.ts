import { setTimeout as sleep } from 'node:timers/promises';
import type { Cloud } from '../cloud.js';
import type { Snapshot } from '../state/cloud-state.js';
import { indexBlocks, writeBlockIndex } from './block-index.js';

/** Brings a snapshot whose bytes are in place from `pending` to `completed`, or to `error` by the fault `snapshot-error`. */
export function finishSnapshot(cloud: Cloud, snapshot: Snapshot): Promise<void> {
  return cloud.turns.take(snapshot.id, 'complete a snapshot', async () => {
    if (snapshot.state !== 'pending') return;
    const fault = snapshot.volumeId && cloud.volumeFaults.strike(snapshot.volumeId, 'snapshot-error');
    const index = indexBlocks(cloud.store.snapshotFile(snapshot.id)).then((blocks) => writeBlockIndex(cloud.store, snapshot.id, blocks));
    const isIndexed = await Promise.all([index, sleep(cloud.delays.snapshotMs)]).then(
      () => true,
      (error: unknown) => {
        cloud.log.error({ snapshot: snapshot.id, err: error }, 'a snapshot could not be read');
        return false;
      },
    );
    if (fault || !isIndexed) {
      snapshot.state = 'error';
      snapshot.statusMessage = 'An error occurred while creating the snapshot.';
    } else {
      snapshot.state = 'completed';
      snapshot.completedAtMs = Date.now();
    }
    cloud.save();
  });
}
