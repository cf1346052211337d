import { setTimeout as sleep } from 'node:timers/promises';
import type { Cloud } from '../cloud.js';
import type { Volume } from '../state/cloud-state.js';

/** Brings a volume from `creating` to `available`. Its snapshot's removal waits until it has been copied. */
export function makeVolume(cloud: Cloud, volume: Volume): Promise<void> {
  return cloud.turns.take(volume.id, 'create a volume', async () => {
    if (volume.state !== 'creating') return;
    const copied = cloud.turns.take(volume.snapshotId ?? `${volume.id} file`, 'copy a snapshot', () => fill(cloud, volume));
    await Promise.all([copied, sleep(cloud.delays.volumeCreatingMs)]);
    if (volume.state === 'creating') volume.state = 'available';
    cloud.save();
  });
}

async function fill(cloud: Cloud, volume: Volume): Promise<void> {
  try {
    await cloud.store.createVolume(volume.id, volume.sizeGib, volume.snapshotId);
  } catch (error) {
    cloud.log.error({ volume: volume.id, err: error }, 'a volume could not be made');
    volume.state = 'error';
  }
}
