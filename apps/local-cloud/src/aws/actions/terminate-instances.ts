import type { TerminateInstancesCommandInput, TerminateInstancesCommandOutput } from '@aws-sdk/client-ec2';
import type { Answer } from './action.js';
import type { Cloud } from '../cloud.js';
import { terminateInstance } from '../lifecycle/terminate-instance.js';
import { findInstance } from '../state/find.js';
import { Ec2Error } from '../wire/ec2-error.js';
import { changeStates } from './change-states.js';

/** Terminates for good; repeating it succeeds. One protected or unknown instance in the list spares them all. */
export function terminateInstances(input: TerminateInstancesCommandInput, cloud: Cloud): Answer<TerminateInstancesCommandOutput> {
  const instances = (input.InstanceIds ?? []).map((id) => findInstance(cloud, id));
  const spared = instances.find((instance) => instance.terminationProtected && instance.state !== 'terminated');
  if (spared) {
    const why = `The instance '${spared.id}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.`;
    throw new Ec2Error('OperationNotPermitted', why);
  }
  const TerminatingInstances = changeStates(cloud, instances, (instance) => {
    if (['shutting-down', 'terminated'].includes(instance.state)) return;
    instance.state = 'shutting-down';
    instance.stateReason = { code: 'Client.UserInitiatedShutdown', message: 'Client.UserInitiatedShutdown: User initiated shutdown' };
    void terminateInstance(cloud, instance);
  });
  return { TerminatingInstances };
}
