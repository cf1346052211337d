import { setTimeout as sleep } from 'node:timers/promises';
import type { Cloud } from '../cloud.js';
import type { Attachment, Volume } from '../state/cloud-state.js';

/**
 * Brings an attachment from `attaching` to `attached`. In a running machine the device appears before that, as a rule; a machine that does
 * not run finds it at its next boot. A volume that the fault `stuck-attaching` strikes stays as it is.
 */
export function plugVolume(cloud: Cloud, volume: Volume): Promise<void> {
  return cloud.turns.take(`${volume.id} attachment`, 'attach a volume', async () => {
    const attachment = volume.attachment;
    if (attachment?.state !== 'attaching' || cloud.volumeFaults.holds(volume.id, 'stuck-attaching')) return;
    await sleep(cloud.delays.attachingMs);
    await cloud.turns.take(attachment.instanceId, 'attach a volume', async () => {
      if (volume.attachment !== attachment || attachment.state !== 'attaching') return; // a detach came first, or the instance has ended
      if (await cloud.machines.isRunning(attachment.instanceId)) await appear(cloud, volume, attachment);
      attachment.state = 'attached';
      cloud.save();
    });
  });
}

async function appear(cloud: Cloud, volume: Volume, attachment: Attachment): Promise<void> {
  const fault = cloud.volumeFaults.strike(volume.id, 'link-late', 'link-wrong');
  const first = fault === null ? 'right' : fault.kind === 'link-late' ? 'missing' : 'wrong';
  await cloud.devices.plug(attachment.instanceId, volume.id, attachment.device, first);
  if (fault) void correctLink(cloud, volume, attachment, fault.ms);
}

function correctLink(cloud: Cloud, volume: Volume, attachment: Attachment, afterMs: number): Promise<void> {
  return cloud.turns.take(`${volume.id} link`, 'correct a link', async () => {
    await sleep(afterMs);
    await cloud.turns.take(attachment.instanceId, 'correct a link', async () => {
      const isThere = volume.attachment === attachment && (await cloud.machines.isRunning(attachment.instanceId));
      if (isThere) await cloud.devices.relink(attachment.instanceId, volume.id);
    });
  });
}
