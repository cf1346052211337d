import { type ChildProcess, spawn } from 'node:child_process';

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

export interface RunningProgram {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** What it has printed so far, both ways. */
  readonly output: () => string;
}

/** Starts a real process in a process group of its own; killed after a minute. */
export function startProgram(file: string, args: readonly string[], options: { env: Record<string, string>; cwd: string }): RunningProgram {
  const child = spawn(file, args, {
    ...options,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, out, err }));
  });
  return { child, ended, output: () => out + err };
}

export function runProgram(file: string, args: readonly string[], options: { env: Record<string, string>; cwd: string }): Promise<Ended> {
  return startProgram(file, args, options).ended;
}
