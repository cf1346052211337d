import { constants } from 'node:os';
import { connect } from '../connection/connect.js';
import type { Session } from '../connection/session.js';
import { askDocker, DockerFailure } from '../docker/ask-docker.js';
import { dockerEnvironment } from '../docker/docker-environment.js';
import { ensureHostImage } from '../docker/ensure-host-image.js';
import { guardSignals } from '../docker/guard-signals.js';
import { hostShellImage } from '../docker/host-shell.js';
import type { Variables } from '../env.js';
import { PluginError } from '../plugin-error.js';

/** Where the volume is in the helper. */
export const mountpoint = '/volume';

/** A container that has the volume and is never started: Docker mounts it while files are read or written, and only then. */
export interface VolumeHelper {
  readonly container: string;
  readonly environment: Variables;
  /** Aborted when somebody wants to end. */
  readonly signal: AbortSignal;
}

const timeoutMs = 60_000;

/**
 * Makes a helper for a volume, and removes it however `use` ends: Ctrl-C included.
 * @throws PluginError with what to do: no such volume, docker's own words, or 128 + n after signal n.
 */
export async function withVolumeHelper<T>(
  session: Session,
  volume: string,
  shell: Variables,
  use: (helper: VolumeHelper) => Promise<T>,
): Promise<T> {
  const record = await connect(session);
  const environment = dockerEnvironment(shell, record);
  const interrupted = new AbortController();
  const release = guardSignals((signal) => interrupted.abort(new PluginError('Interrupted.', 128 + constants.signals[signal])));
  const { signal } = interrupted;
  try {
    const driver = await driverOf(session, volume, environment);
    await ensureHostImage(environment, { mustKnow: true });
    signal.throwIfAborted();
    const container = await askDocker(createArguments(volume, driver), environment, { timeoutMs });
    try {
      signal.throwIfAborted();
      return await use({ container, environment, signal });
    } finally {
      await remove(session, container, environment);
    }
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (!(error instanceof DockerFailure)) throw error;
    const { explainFailure } = await import('../docker/explain-failure.js');
    await explainFailure(session, record, { disk: 'after' });
    // The driver's own words are for whoever wants the volume; what Docker puts before them is not.
    const words = error.message.replace(/^error while mounting volume '[^']*': (?:VolumeDriver\.Mount: )?/, '');
    throw new PluginError(`The volume ${volume} cannot be reached: ${words}`);
  } finally {
    release();
  }
}

/** With the driver named, and nothing copied: were the volume gone by now, Docker would make an empty local one of its name otherwise. */
function createArguments(volume: string, driver: string): readonly string[] {
  const mount = `type=volume,source=${volume},target=${mountpoint},volume-driver=${driver},volume-nocopy`;
  const labels = ['--label', 'dockhero.helper=copy', '--label', 'dockhero.logs=off'];
  return ['create', '--network', 'none', '--log-driver', 'none', ...labels, '--mount', mount, hostShellImage, 'never-started'];
}

async function driverOf(session: Session, volume: string, environment: Variables): Promise<string> {
  try {
    return await askDocker(['volume', 'inspect', '--format', '{{.Driver}}', volume], environment, { timeoutMs });
  } catch (error) {
    if (!(error instanceof DockerFailure)) throw error;
    const names = (await askDocker(['volume', 'ls', '--format', '{{.Name}}'], environment, { timeoutMs })).split('\n').filter(Boolean);
    // Not gone after all: then docker's words say more.
    if (names.includes(volume)) throw error;
    const near = names.find((name) => name.endsWith(`_${volume}`));
    const mend =
      near === undefined
        ? `heroku dh:docker volume ls${session.flags} lists them.`
        : `Did you mean ${near}? Compose puts its project's name in front.`;
    throw new PluginError(`The host has no volume ${volume}. ${mend}`);
  }
}

async function remove(session: Session, container: string, environment: Variables): Promise<void> {
  try {
    await askDocker(['rm', '--force', container], environment, { timeoutMs });
  } catch {
    session.terminal.warn(
      `A helper container is left. To remove it: heroku dh:docker rm --force ${container.slice(0, 12)}${session.flags}`,
    );
  }
}
