import { setTimeout as sleep } from 'node:timers/promises';
import type { Cloud } from '../cloud.js';
import { releaseVolumes, stopWithVolumes } from '../ebs/instance-volumes.js';
import type { Instance } from '../state/cloud-state.js';
import { elasticAddressOf, settlePublicAddress } from '../state/public-address.js';

/** Carries out what `shutting-down` promises: the machine, its disk and its addresses are gone at the end. */
export function terminateInstance(cloud: Cloud, instance: Instance): Promise<void> {
  return cloud.turns.take(instance.id, 'terminate', async () => {
    if (instance.state === 'terminated') return;
    await Promise.all([sleep(cloud.delays.shuttingDownMs), stopWithVolumes(cloud, instance, 0)]);
    await endInstance(cloud, instance, 'terminated', 0);
  });
}

/**
 * Brings an instance to an end state, whatever its machine is doing: stops it and releases what that state does not keep.
 * @param graceMs time for its operating system; 0 pulls the plug.
 */
export async function endInstance(cloud: Cloud, instance: Instance, state: 'stopped' | 'terminated', graceMs: number): Promise<void> {
  await stopWithVolumes(cloud, instance, graceMs);
  if (state === 'terminated') await cloud.machines.remove(instance.id);
  let dead: string[] = [];
  instance.state = state; // from here on nothing waits until the whole end is told: nobody may see half of it
  if (state === 'terminated') {
    instance.terminatedAtMs = Date.now();
    const address = elasticAddressOf(cloud, instance.id);
    if (address) address.association = null;
    dead = releaseVolumes(cloud, instance);
  }
  settlePublicAddress(cloud, instance);
  cloud.save();
  for (const id of dead) await cloud.store.removeVolume(id);
  await cloud.applyNetwork();
}
