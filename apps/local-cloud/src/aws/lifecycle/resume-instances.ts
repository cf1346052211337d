import type { Cloud } from '../cloud.js';
import { stopWithVolumes } from '../ebs/instance-volumes.js';
import { launchInstance } from './launch-instance.js';
import { stopInstance } from './stop-instance.js';
import { terminateInstance } from './terminate-instance.js';
import { noticeEnd } from './watch-instances.js';

/**
 * Takes over the instances of an earlier run. Machines that still run go on; what was on its way is finished; a machine that ended
 * while nobody watched counts as powered off from inside.
 */
export async function resumeInstances(cloud: Cloud): Promise<void> {
  for (const instance of Object.values(cloud.state.instances)) {
    if (instance.state === 'running') await noticeEnd(cloud, instance);
    if (instance.state === 'pending') {
      // It may have got anywhere; a half-made disk is made again, and nothing of value can be on it yet.
      await stopWithVolumes(cloud, instance, 0);
      void launchInstance(cloud, instance, instance.hasRun ? 'again' : 'first');
    }
    if (instance.state === 'stopping') void stopInstance(cloud, instance, false);
    if (instance.state === 'shutting-down') void terminateInstance(cloud, instance);
  }
}
