import type { Variables } from '../env.js';
import { PluginError } from '../plugin-error.js';
import { askDocker, DockerFailure } from './ask-docker.js';
import { emptyArchive, findImageArguments, importImageArguments } from './host-shell.js';

const timeoutMs = 60_000;

/**
 * Sees to it that the host has the empty image.
 * @param mustKnow false: when the host cannot be asked, what follows says why.
 * @throws PluginError with docker's words.
 */
export async function ensureHostImage(environment: Variables, { mustKnow }: { readonly mustKnow: boolean }): Promise<void> {
  try {
    const found = await askDocker(findImageArguments, environment, { timeoutMs }).catch((error: unknown) => {
      if (mustKnow) throw error;
      return 'unknown';
    });
    if (found === '') await askDocker(importImageArguments, environment, { input: emptyArchive, timeoutMs });
  } catch (error) {
    if (error instanceof DockerFailure) throw new PluginError(`The host could not be prepared: ${error.message}`);
    throw error;
  }
}
