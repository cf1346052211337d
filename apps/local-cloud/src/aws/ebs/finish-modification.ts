import { setTimeout as sleep } from 'node:timers/promises';
import type { Cloud } from '../cloud.js';
import type { Volume } from '../state/cloud-state.js';

/** Brings a volume's last modification from `modifying` over `optimizing`, when its device has the new size, to `completed`. */
export function finishModification(cloud: Cloud, volume: Volume): Promise<void> {
  return cloud.turns.take(volume.id, 'modify a volume', async () => {
    const modification = volume.modifications.at(-1);
    if (modification?.state === 'modifying') {
      await sleep(cloud.delays.modifyingMs);
      await cloud.store.growVolume(volume.id, modification.to.sizeGib);
      await cloud.devices.resize(volume.id);
      modification.state = 'optimizing';
      cloud.save();
    }
    if (modification?.state === 'optimizing') {
      await sleep(cloud.delays.optimizingMs);
      modification.state = 'completed';
      modification.endedAtMs = Date.now();
      cloud.save();
    }
  });
}
