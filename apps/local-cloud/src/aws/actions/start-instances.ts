import type { StartInstancesCommandInput, StartInstancesCommandOutput } from '@aws-sdk/client-ec2';
import type { Answer } from './action.js';
import type { Cloud } from '../cloud.js';
import { launchInstance } from '../lifecycle/launch-instance.js';
import { findInstance, findSubnet } from '../state/find.js';
import { settlePublicAddress } from '../state/public-address.js';
import { changeStates, incorrectState } from './change-states.js';

/** Starts stopped instances; starting a running one succeeds. Capacity may be gone: a stopped instance is not guaranteed to start. */
export function startInstances(input: StartInstancesCommandInput, cloud: Cloud): Answer<StartInstancesCommandOutput> {
  const instances = (input.InstanceIds ?? []).map((id) => findInstance(cloud, id));
  for (const instance of instances) {
    if (!['stopped', 'pending', 'running'].includes(instance.state)) throw incorrectState(instance.id, 'started');
  }
  for (const { state, type, subnetId } of instances) {
    if (state === 'stopped') cloud.capacity.take(type, findSubnet(cloud, subnetId).zone, subnetId, 1);
  }
  const StartingInstances = changeStates(cloud, instances, (instance) => {
    if (instance.state !== 'stopped') return;
    instance.state = 'pending';
    instance.stateReason = null;
    instance.launchedAtMs = Date.now();
    settlePublicAddress(cloud, instance);
    void launchInstance(cloud, instance, 'again');
  });
  return { StartingInstances };
}
