import type { Cloud } from '../cloud.js';
import { bootWithVolumes, stopWithVolumes } from '../ebs/instance-volumes.js';
import type { Instance } from '../state/cloud-state.js';
import { endInstance } from './terminate-instance.js';

const EVERY_MS = 200;
const DAY_MS = 86_400_000;

/** Notices machines that ended by themselves, and forgets what AWS would have forgotten. @returns a function that ends the watch. */
export function watchInstances(cloud: Cloud): () => void {
  const timer = setInterval(() => {
    for (const instance of Object.values(cloud.state.instances)) {
      if (instance.state === 'running' && !cloud.turns.isBusy(instance.id)) void noticeEnd(cloud, instance);
    }
    forget(cloud, Date.now());
  }, EVERY_MS);
  return () => clearInterval(timer);
}

/** A machine that has ended from inside: `reboot` boots it again, `poweroff` stops or terminates it as it was launched to. */
export function noticeEnd(cloud: Cloud, instance: Instance): Promise<void> {
  return cloud.turns.take(instance.id, 'watch', async () => {
    if (instance.state !== 'running' || (await cloud.machines.isRunning(instance.id))) return;
    if ((await cloud.machines.lastEnd(instance.id)) === 'rebooted') {
      await stopWithVolumes(cloud, instance, 0);
      await bootWithVolumes(cloud, instance);
      return;
    }
    instance.stateReason = {
      code: 'Client.InstanceInitiatedShutdown',
      message: 'Client.InstanceInitiatedShutdown: Instance initiated shutdown',
    };
    await endInstance(cloud, instance, instance.shutdownBehavior === 'terminate' ? 'terminated' : 'stopped', 0);
  });
}

function forget(cloud: Cloud, nowMs: number): void {
  const { instances, launches } = cloud.state;
  for (const { id, terminatedAtMs } of Object.values(instances)) {
    if (terminatedAtMs !== null && nowMs - terminatedAtMs > cloud.delays.terminatedListedMs) delete instances[id];
  }
  for (const [token, launch] of Object.entries(launches)) {
    const isLiving = launch.instanceIds.some((id) => instances[id]);
    if (!isLiving && nowMs - launch.atMs > DAY_MS) delete launches[token];
  }
}
