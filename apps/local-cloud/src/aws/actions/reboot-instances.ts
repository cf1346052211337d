import type { RebootInstancesCommandInput } from '@aws-sdk/client-ec2';
import type { Cloud } from '../cloud.js';
import { rebootInstance } from '../lifecycle/stop-instance.js';
import { findInstance } from '../state/find.js';
import { incorrectState } from './change-states.js';

/** Queues a reboot and answers; the state stays `running`, so a caller tells by the boot id that it is over. */
export function rebootInstances(input: RebootInstancesCommandInput, cloud: Cloud): object {
  const instances = (input.InstanceIds ?? []).map((id) => findInstance(cloud, id));
  for (const instance of instances) {
    if (!['pending', 'running'].includes(instance.state)) throw incorrectState(instance.id, 'rebooted');
  }
  for (const instance of instances) void rebootInstance(cloud, instance);
  return {};
}
