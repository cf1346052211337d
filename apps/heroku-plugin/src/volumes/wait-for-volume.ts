import type { VolumeAnswer, VolumeList } from '@dockhero/contracts/volumes-api';
import { repeatUntil } from '../connection/repeat-until.js';
import type { Session } from '../connection/session.js';
import { describeVolumeState } from '../messages/describe-volumes.js';

const patienceMs = 60 * 60_000;

/**
 * Waits until a volume is there with its new content, telling what is waited for or in the way.
 * @param replaced the EBS volume with the former content; null when there was none.
 * @throws PluginError when it takes more than an hour.
 */
export async function waitForVolume(session: Session, name: string, replaced: string | null): Promise<VolumeAnswer> {
  return await repeatUntil<VolumeList, VolumeAnswer>(session, {
    path: '/volumes',
    patienceMs,
    late: `${name} is still not ready. It goes on by itself: heroku dh:volumes${session.flags} shows it.`,
    judge: ({ volumes }) => {
      const volume = volumes.find((one) => one.name === name && one.state !== 'removed');
      if (!volume) return { waiting: `${name} is not there yet` };
      const { state, waiting_for: waitingFor, trouble, ebs_volume_id: disk } = volume;
      const isReady = (state === 'available' || state === 'attached') && waitingFor === null && disk !== null && disk !== replaced;
      return isReady ? { done: volume } : { waiting: trouble ?? `${name}: ${describeVolumeState(volume)}` };
    },
  });
}
