import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { isatty } from 'node:tty';
import type { Variables } from '../env.js';
import { PluginError } from '../plugin-error.js';

/** A program and its arguments. Secrets travel in the environment, never here: everybody on the machine can read arguments. */
export interface ClientCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly environment: Variables;
}

/** Signals that reach us alone, and that the child must get. */
const ofSystem: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGHUP'];
/**
 * Signals of Ctrl-C and Ctrl-\: a terminal sends them to its whole process group, the child has them already and decides. Sending them on would be a
 * second Ctrl-C, which makes compose kill what it was about to stop.
 */
const ofTerminal: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT'];

/**
 * Runs a client with our own stdin, stdout and stderr, and waits for it however long it takes.
 *
 * Without a terminal (CI, a supervisor) nobody can tell a signal that only we got from one that our process group got. So the child then has a
 * group of its own, and gets each signal from us, once.
 * @returns its exit code; 128 + n when signal n ended it, as shells have it.
 * @throws PluginError (127) when the program is not there.
 */
export async function runClient({ file, args, environment }: ClientCommand): Promise<number> {
  // Windows knows no groups, and would open a console for a child with one.
  const isApart = process.platform !== 'win32' && ![0, 1, 2].some((descriptor) => isatty(descriptor));
  const child = spawn(file, args, { stdio: 'inherit', env: { ...environment }, detached: isApart });
  const forwarded = isApart ? [...ofSystem, ...ofTerminal] : ofSystem;
  const release = guardSignals((signal) => {
    if (forwarded.includes(signal)) child.kill(signal);
  });
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once('error', (error: NodeJS.ErrnoException) => reject(cannotRun(file, error)));
      child.once('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
    });
  } finally {
    release();
  }
}

function cannotRun(file: string, error: NodeJS.ErrnoException): unknown {
  if (error.code === 'ENOENT') {
    return new PluginError(`Couldn't find ${file} binary installed locally. Install it: https://docs.docker.com/get-docker/`, 127);
  }
  if (error.code === 'EACCES') return new PluginError(`${file} was found but may not be run: ${error.message}`, 126);
  return error;
}

/**
 * Takes the signals into our hands while a child runs: the CLI's own listeners end the process at once, and docker would go on without
 * anybody waiting for it. They are put back afterwards.
 */
function guardSignals(take: (signal: NodeJS.Signals) => void): () => void {
  const undo: (() => void)[] = [];
  for (const signal of [...ofSystem, ...ofTerminal]) {
    const former = process.listeners(signal);
    const handler = (): void => take(signal);
    process.removeAllListeners(signal);
    process.on(signal, handler);
    undo.push(() => {
      process.removeListener(signal, handler);
      for (const listener of former) process.on(signal, listener);
    });
  }
  return () => {
    for (const restore of undo) restore();
  };
}
