import { setTimeout as sleep } from 'node:timers/promises';
import type { Cloud } from '../cloud.js';
import type { Volume } from '../state/cloud-state.js';

/** Carries out what `deleting` promises. Snapshots of the volume stay. */
export function removeVolume(cloud: Cloud, volume: Volume): Promise<void> {
  return cloud.turns.take(volume.id, 'delete a volume', async () => {
    if (volume.state !== 'deleting') return;
    await sleep(cloud.delays.volumeDeletingMs);
    await cloud.devices.disconnect(volume.id);
    await cloud.store.removeVolume(volume.id);
    delete cloud.state.volumes[volume.id];
    cloud.save();
  });
}
