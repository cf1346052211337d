import type { StopInstancesCommandInput, StopInstancesCommandOutput } from '@aws-sdk/client-ec2';
import type { Answer } from './action.js';
import type { Cloud } from '../cloud.js';
import { stopInstance } from '../lifecycle/stop-instance.js';
import { findInstance } from '../state/find.js';
import { Ec2Error } from '../wire/ec2-error.js';
import { changeStates, incorrectState } from './change-states.js';

/** Stops running instances; stopping a stopped one succeeds. */
export function stopInstances(input: StopInstancesCommandInput, cloud: Cloud): Answer<StopInstancesCommandOutput> {
  if (input.Hibernate) throw new Ec2Error('UnsupportedHibernationConfiguration', 'The instance is not enabled for hibernation.');
  const instances = (input.InstanceIds ?? []).map((id) => findInstance(cloud, id));
  for (const instance of instances) {
    if (!['running', 'stopping', 'stopped'].includes(instance.state)) throw incorrectState(instance.id, 'stopped');
  }
  const force = (input.Force ?? false) || (input.SkipOsShutdown ?? false);
  const StoppingInstances = changeStates(cloud, instances, (instance) => {
    if (instance.state !== 'running') return;
    instance.state = 'stopping';
    instance.stateReason = { code: 'Client.UserInitiatedShutdown', message: 'Client.UserInitiatedShutdown: User initiated shutdown' };
    void stopInstance(cloud, instance, force);
  });
  return { StoppingInstances };
}
