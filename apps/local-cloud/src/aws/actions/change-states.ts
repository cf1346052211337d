import type { InstanceStateChange } from '@aws-sdk/client-ec2';
import type { Cloud } from '../cloud.js';
import type { Instance } from '../state/cloud-state.js';
import { Ec2Error } from '../wire/ec2-error.js';
import { stateOf } from './describe-instance.js';

/** Applies `change` to each instance and reports its state before and after; the change itself only begins what takes time. */
export function changeStates(cloud: Cloud, instances: Instance[], change: (instance: Instance) => void): InstanceStateChange[] {
  const changes = instances.map((instance) => {
    const previous = instance.state;
    change(instance);
    return { InstanceId: instance.id, CurrentState: stateOf(instance.state), PreviousState: stateOf(previous) };
  });
  cloud.save();
  return changes;
}

export function incorrectState(id: string, verb: string): Ec2Error {
  return new Ec2Error('IncorrectInstanceState', `The instance '${id}' is not in a state from which it can be ${verb}.`);
}
