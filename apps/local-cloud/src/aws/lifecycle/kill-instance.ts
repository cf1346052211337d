import type { Cloud } from '../cloud.js';
import type { Instance } from '../state/cloud-state.js';
import { endInstance } from './terminate-instance.js';

/** Ends an instance as failing hardware does: at once, without a request. AWS either loses it or leaves it stopped. */
export function killInstance(cloud: Cloud, instance: Instance, becomes: 'terminated' | 'stopped'): Promise<void> {
  if (instance.state === 'terminated') return Promise.resolve();
  instance.state = becomes === 'terminated' ? 'shutting-down' : 'stopping';
  return cloud.turns.take(instance.id, 'kill', async () => {
    if (instance.state === 'terminated') return;
    instance.stateReason = {
      code: 'Server.InternalError',
      message: 'Server.InternalError: The underlying hardware of the instance has failed',
    };
    await endInstance(cloud, instance, becomes, 0);
  });
}
