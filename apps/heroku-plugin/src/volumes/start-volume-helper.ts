import { spawn } from 'node:child_process';
import { DockerFailure } from '../docker/ask-docker.js';
import { hostShellImage, programVolumes } from '../docker/host-shell.js';
import { cannotRun } from '../docker/run-client.js';
import type { Variables } from '../env.js';
import { mountpoint } from './volume-helper.js';

/** Longer than Docker waits for a volume to be mounted. */
const startMs = 180_000;
const endMs = 10_000;
const keptOfWords = 16 * 1_024;

/**
 * It waits for the end of its input, which we hold open, and Docker removes it then: so it ends with us, also when we are killed or the connection breaks.
 * The day is for a host that never notices.
 */
const program = ['/bin/sh', '-c', 'echo ready; exec timeout 86400 cat'];

/** A helper that runs. */
export interface StartedHelper {
  /** Lets it end. @returns false when that was not seen within seconds. */
  end(): Promise<boolean>;
}

/**
 * Starts a helper of this name, and waits until it runs: by then Docker has mounted the volume.
 * @throws DockerFailure with docker's words; the reason of `signal`; PluginError (127) when there is no docker.
 */
export async function startVolumeHelper(
  name: string,
  { volume, driver }: { readonly volume: string; readonly driver: string },
  environment: Variables,
  signal: AbortSignal,
): Promise<StartedHelper> {
  // A group of its own: Ctrl-C reaches us, and we end things in order.
  const args = runArguments(name, volume, driver);
  const child = spawn('docker', args, { env: { ...environment }, stdio: 'pipe', detached: process.platform !== 'win32' });
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (words = (words + text).slice(-keptOfWords)));
  child.stdin.on('error', () => undefined);
  const closed = new Promise<'closed'>((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => reject(cannotRun('docker', error)));
    child.once('close', () => resolve('closed'));
  });
  const end = async (): Promise<boolean> => {
    child.stdin.end();
    const hasEnded = (await Promise.race([closed.catch(() => 'closed'), after(endMs)])) === 'closed';
    if (!hasEnded) child.kill('SIGKILL');
    return hasEnded;
  };
  const ready = new Promise<'ready'>((resolve) => child.stdout.once('data', () => resolve('ready')));
  const interrupted = new Promise<'interrupted'>((resolve) =>
    signal.addEventListener('abort', () => resolve('interrupted'), { once: true }),
  );
  const outcome = signal.aborted ? 'interrupted' : await Promise.race([ready, closed, interrupted, after(startMs)]);
  if (outcome === 'ready') return { end };
  if (outcome === 'closed') throw new DockerFailure(wordsOf(words));
  await end();
  signal.throwIfAborted();
  throw new DockerFailure(`docker run did not start a helper within ${String(startMs / 1_000)} s.`);
}

/** With the driver named, and nothing copied: were the volume gone by now, Docker would make an empty local one of its name otherwise. */
function runArguments(name: string, volume: string, driver: string): readonly string[] {
  const mount = `type=volume,source=${volume},target=${mountpoint},volume-driver=${driver},volume-nocopy`;
  const alone = ['--network', 'none', '--log-driver', 'none', '--label', 'dockhero.helper=copy', '--label', 'dockhero.logs=off'];
  const options = ['--rm', '--interactive', '--pull', 'never', '--name', name, ...alone, '--mount', mount, ...programVolumes];
  return ['run', ...options, hostShellImage, ...program];
}

/** Without what `docker run` says of itself around them. */
function wordsOf(stderr: string): string {
  return stderr.replace(/^docker: /, '').replace(/\s+(?:Run|See) 'docker run --help'[^]*$/, '');
}

/** Holds nothing up that ends otherwise. */
function after(ms: number): Promise<'late'> {
  return new Promise((resolve) => setTimeout(resolve, ms, 'late').unref());
}
