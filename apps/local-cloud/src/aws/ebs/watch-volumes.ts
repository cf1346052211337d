import type { Cloud } from '../cloud.js';
import { tryToUnplug } from './unplug-volume.js';

const EVERY_MS = 200;
const DAY_MS = 86_400_000;

/** Ends detaches that wait for a last mount to go, and forgets client tokens as AWS does. @returns a function that ends the watch. */
export function watchVolumes(cloud: Cloud): () => void {
  const timer = setInterval(() => {
    const { volumes, volumeCreations } = cloud.state;
    for (const volume of Object.values(volumes)) {
      const { attachment } = volume;
      if (attachment?.state === 'busy' && !cloud.turns.isBusy(attachment.instanceId)) void tryToUnplug(cloud, volume, attachment);
    }
    for (const [token, { volumeId, atMs }] of Object.entries(volumeCreations)) {
      if (!volumes[volumeId] && Date.now() - atMs > DAY_MS) delete volumeCreations[token];
    }
  }, EVERY_MS);
  return () => clearInterval(timer);
}
