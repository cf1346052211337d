import type { Cloud } from '../cloud.js';
import type { Volume } from '../state/cloud-state.js';
import { finishModification } from './finish-modification.js';
import { finishSnapshot } from './finish-snapshot.js';
import { makeVolume } from './make-volume.js';
import { plugVolume } from './plug-volume.js';
import { removeVolume } from './remove-volume.js';
import { isHalfTaken } from './take-snapshot.js';
import { unplugVolume } from './unplug-volume.js';

/** Takes over volumes and snapshots of an earlier run, and finishes what was on its way. Instances are taken over before. */
export async function resumeVolumes(cloud: Cloud): Promise<void> {
  for (const volume of Object.values(cloud.state.volumes)) {
    if (volume.state === 'creating') void makeVolume(cloud, volume);
    if (volume.state === 'deleting') void removeVolume(cloud, volume);
    if (volume.modifications.some(({ state }) => state !== 'completed')) void finishModification(cloud, volume);
    if (!cloud.store.copiesAtOnce) await thaw(cloud, volume);
    resumeAttachment(cloud, volume);
  }
  for (const snapshot of Object.values(cloud.state.snapshots)) {
    if (isHalfTaken(snapshot)) {
      delete cloud.state.snapshots[snapshot.id]; // nobody was told of it
      await cloud.store.removeSnapshot(snapshot.id);
    } else if (snapshot.volumeId !== null && snapshot.state === 'pending') void finishSnapshot(cloud, snapshot);
  }
}

/** A run that was killed while it copied a volume has left it frozen. */
async function thaw(cloud: Cloud, { id, attachment }: Volume): Promise<void> {
  if (attachment && (await cloud.machines.isRunning(attachment.instanceId))) await cloud.devices.thaw(attachment.instanceId, id);
}

/** Goes on with an attach or detach that nobody works on: an earlier run's, or one that a fault has held up. */
export function resumeAttachment(cloud: Cloud, volume: Volume): void {
  if (volume.attachment?.state === 'attaching') void plugVolume(cloud, volume);
  if (volume.attachment?.state === 'detaching') void unplugVolume(cloud, volume);
}
