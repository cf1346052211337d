import { randomBytes } from 'node:crypto';
import { constants } from 'node:os';
import { connect } from '../connection/connect.js';
import type { Session } from '../connection/session.js';
import { askDocker, DockerFailure } from '../docker/ask-docker.js';
import { dockerEnvironment } from '../docker/docker-environment.js';
import { ensureHostImage } from '../docker/ensure-host-image.js';
import { guardSignals } from '../docker/guard-signals.js';
import type { Variables } from '../env.js';
import { PluginError } from '../plugin-error.js';
import { startVolumeHelper } from './start-volume-helper.js';
import type { VolumeHelper } from './volume-helper.js';

const timeoutMs = 60_000;

/**
 * Starts a helper for a volume, and lets it end however `use` does: Ctrl-C included.
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
    const container = `dockhero-copy-${randomBytes(4).toString('hex')}`;
    const helper = await startVolumeHelper(container, { volume, driver }, environment, signal);
    try {
      signal.throwIfAborted();
      return await use({ container, environment, signal });
    } finally {
      if (!(await helper.end())) await remove(session, container, environment);
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
    session.terminal.warn(`A helper container is left. To remove it: heroku dh:docker rm --force ${container}${session.flags}`);
  }
}
