import type { Cloud } from '../cloud.js';
import { pollUntil } from '../../machine/poll-until.js';
import { bootWithVolumes } from '../ebs/instance-volumes.js';
import type { Instance } from '../state/cloud-state.js';
import { settlePublicAddress } from '../state/public-address.js';
import { endInstance } from './terminate-instance.js';

/** Longer than any `pendingMs`; a bound, not a plan. */
const PENDING_MAX_MS = 60_000;

/**
 * Brings an instance from `pending` to `running`: boots its machine, whose disk must exist unless this is its first start.
 * A termination that comes meanwhile cuts the wait short. If the machine cannot be made, a first start ends in `terminated`,
 * straight from `pending` as on AWS, and a later one in `stopped`.
 */
export function launchInstance(cloud: Cloud, instance: Instance, start: 'first' | 'again'): Promise<void> {
  return cloud.turns.take(instance.id, 'launch', async () => {
    if (instance.state !== 'pending') return;
    const readyAtMs = Date.now() + cloud.delays.pendingMs;
    try {
      if (start === 'first') await cloud.machines.create(instance, rootSizeGib(cloud, instance));
      await cloud.applyNetwork();
      await bootWithVolumes(cloud, instance);
    } catch (error) {
      cloud.log.error({ instance: instance.id, err: error }, 'an instance could not be started');
      instance.stateReason = { code: 'Server.InternalError', message: 'Server.InternalError: Internal error on launch' };
      await endInstance(cloud, instance, start === 'first' ? 'terminated' : 'stopped', 0);
      return;
    }
    await pollUntil('the pending time', PENDING_MAX_MS, () => instance.state !== 'pending' || Date.now() >= readyAtMs, 10);
    if (instance.state !== 'pending') return;
    instance.state = 'running';
    instance.stateReason = null;
    instance.hasRun = true;
    settlePublicAddress(cloud, instance);
    await cloud.applyNetwork();
    cloud.save();
  });
}

function rootSizeGib(cloud: Cloud, instance: Instance): number {
  const volume = cloud.state.volumes[instance.rootVolumeId];
  if (!volume) throw new Error(`${instance.id} has no root volume`);
  return volume.sizeGib;
}
