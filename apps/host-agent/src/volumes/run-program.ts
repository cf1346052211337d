import { spawn } from 'node:child_process';

const maxOutput = 64 * 1024;

export interface Outcome {
  /** Null: it was killed, or took too long. */
  readonly code: number | null;
  readonly output: string;
  /** What it said of its failure, in one line. */
  readonly words: string;
}

/** Runs a program to its end. One that hangs in the kernel cannot be killed: it is left behind, and told as too late. @param signal kills it. @throws Error when it cannot be started. */
export function runProgram(command: string, args: readonly string[], timeoutMs: number, signal?: AbortSignal): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      cwd: '/',
      ...(signal ? { signal, killSignal: 'SIGKILL' } : {}),
    });
    let output = '';
    let complaint = '';
    const end = (code: number | null, words: string): void => {
      clearTimeout(timer);
      const line = words.trim().replaceAll(/\.?\s*\n\s*/g, '; ');
      resolve({ code, output, words: line.slice(0, 400).replace(/\.+$/, '') });
    };
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      end(null, `${command} did not end within ${timeoutMs / 1000} s`);
    }, timeoutMs);
    child.stdout.on('data', (chunk: Buffer) => (output = (output + chunk.toString('utf8')).slice(-maxOutput)));
    child.stderr.on('data', (chunk: Buffer) => (complaint = (complaint + chunk.toString('utf8')).slice(-maxOutput)));
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once('close', (code, signal) => end(code, complaint || output || `${command} was ended by ${signal}`));
  });
}
