import { setTimeout as sleep } from 'node:timers/promises';
import type { Cloud } from '../cloud.js';
import { bootWithVolumes, stopWithVolumes } from '../ebs/instance-volumes.js';
import type { Instance } from '../state/cloud-state.js';
import { endInstance } from './terminate-instance.js';

/** Carries out what `stopping` promises. @param force no time for the operating system to shut down. */
export function stopInstance(cloud: Cloud, instance: Instance, force: boolean): Promise<void> {
  return cloud.turns.take(instance.id, 'stop', async () => {
    if (instance.state !== 'stopping') return;
    const graceMs = force ? 0 : cloud.delays.haltGraceMs;
    await Promise.all([sleep(cloud.delays.stoppingMs), stopWithVolumes(cloud, instance, graceMs)]);
    if (instance.state === 'stopping') await endInstance(cloud, instance, 'stopped', 0);
  });
}

/** Shuts down and boots again. The instance stays `running` all the while and keeps its addresses, as on AWS. */
export function rebootInstance(cloud: Cloud, instance: Instance): Promise<void> {
  return cloud.turns.take(instance.id, 'reboot', async () => {
    if (instance.state !== 'running') return;
    await stopWithVolumes(cloud, instance, cloud.delays.haltGraceMs);
    await bootWithVolumes(cloud, instance);
  });
}
