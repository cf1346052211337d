import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { isatty } from 'node:tty';
import type { Variables } from '../env.js';
import { PluginError } from '../plugin-error.js';
import { guardSignals, ofSystem, ofTerminal } from './guard-signals.js';

/** A program and its arguments. Secrets travel in the environment, never here: everybody on the machine can read arguments. */
export interface ClientCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly environment: Variables;
}

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

/** Why a client could not be started, in words where they are known. */
export function cannotRun(file: string, error: NodeJS.ErrnoException): unknown {
  if (error.code === 'ENOENT') {
    return new PluginError(`Couldn't find ${file} binary installed locally. Install it: https://docs.docker.com/get-docker/`, 127);
  }
  if (error.code === 'EACCES') return new PluginError(`${file} was found but may not be run: ${error.message}`, 126);
  return error;
}
