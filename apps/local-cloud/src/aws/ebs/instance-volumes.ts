import type { Cloud } from '../cloud.js';
import type { Attachment, Instance, Volume } from '../state/cloud-state.js';
import type { BootDevice } from './devices.js';

type AttachedVolume = Volume & { attachment: Attachment };

/** What is attached to an instance, or on the way to or from it; its root not included. */
export function dataVolumesOf(cloud: Cloud, instance: Instance): AttachedVolume[] {
  return Object.values(cloud.state.volumes).filter(
    (volume): volume is AttachedVolume => volume.attachment?.instanceId === instance.id && volume.id !== instance.rootVolumeId,
  );
}

/** Boots the machine of an instance with its volumes in place. Their NVMe numbers are others each time, as on AWS. */
export async function bootWithVolumes(cloud: Cloud, instance: Instance): Promise<void> {
  const attached = dataVolumesOf(cloud, instance).filter(({ attachment }) => attachment.state !== 'attaching');
  const devices: BootDevice[] = [];
  for (const { id, attachment } of attached.toSorted(() => Math.random() - 0.5)) {
    devices.push({ volumeId: id, device: attachment.device, minor: await cloud.devices.connect(id) });
  }
  await cloud.machines.boot(instance, devices);
}

/**
 * Stops the machine of an instance and takes its volumes' devices away, since no mount is left. A detach that waited is done then.
 * @param graceMs time for its operating system; 0 pulls the plug.
 */
export async function stopWithVolumes(cloud: Cloud, instance: Instance, graceMs: number): Promise<void> {
  await cloud.machines.stop(instance.id, graceMs);
  instance.spoiltDevices = [];
  for (const volume of dataVolumesOf(cloud, instance)) {
    await cloud.devices.disconnect(volume.id);
    if (volume.attachment.state === 'busy') freeVolume(cloud, volume);
  }
}

/** Lets go of everything attached to an instance whose machine is gone for good. @returns the files that nobody needs any more. */
export function releaseVolumes(cloud: Cloud, instance: Instance): string[] {
  const dead: string[] = [];
  for (const volume of dataVolumesOf(cloud, instance)) {
    if (volume.attachment.deleteOnTermination) {
      delete cloud.state.volumes[volume.id];
      dead.push(volume.id);
    } else freeVolume(cloud, volume);
  }
  delete cloud.state.volumes[instance.rootVolumeId];
  return dead;
}

/** Attached to nothing. */
export function freeVolume(cloud: Cloud, volume: Volume): void {
  cloud.volumeFaults.release(volume.id);
  volume.attachment = null;
  volume.state = 'available';
}
