import { setTimeout as sleep } from 'node:timers/promises';
import type { Cloud } from '../cloud.js';
import type { Attachment, Volume } from '../state/cloud-state.js';
import { freeVolume } from './instance-volumes.js';

/** Carries out a detach. A volume that the fault `stuck-detaching` strikes stays as it is, until a detach with force. */
export function unplugVolume(cloud: Cloud, volume: Volume): Promise<void> {
  return cloud.turns.take(`${volume.id} attachment`, 'detach a volume', async () => {
    const attachment = volume.attachment;
    if (attachment?.state !== 'detaching') return;
    if (!attachment.force && cloud.volumeFaults.holds(volume.id, 'stuck-detaching')) return;
    await sleep(cloud.delays.detachingMs);
    await tryToUnplug(cloud, volume, attachment);
  });
}

/** Detaches now, or finds the volume mounted: then its attachment is `busy`, and this is to be tried again. */
export function tryToUnplug(cloud: Cloud, volume: Volume, attachment: Attachment): Promise<void> {
  const { instanceId, device } = attachment;
  return cloud.turns.take(instanceId, 'detach a volume', async () => {
    if (volume.attachment !== attachment) return; // the instance has ended meanwhile
    const outcome = await cloud.devices.unplug(instanceId, volume.id, device, attachment.force).catch((error: unknown) => {
      cloud.log.warn({ volume: volume.id, instance: instanceId, err: error }, 'a volume could not be detached; it will be tried again');
      return 'busy' as const;
    });
    if (outcome === 'busy') {
      if (attachment.state !== 'busy') cloud.log.info({ volume: volume.id, instance: instanceId }, 'a detach waits: the volume is mounted');
      attachment.state = 'busy';
    } else {
      if (outcome === 'torn') cloud.state.instances[instanceId]?.spoiltDevices.push(device);
      freeVolume(cloud, volume);
    }
    cloud.save();
  });
}
