import { spawn } from 'node:child_process';
import type { Variables } from '../env.js';
import { cannotRun } from './run-client.js';

/** A docker client that has ended with an error: its own words, without what says who it is that speaks. */
export class DockerFailure extends Error {
  constructor(stderr: string) {
    super(stderr.trim().replace(/^(?:error response from daemon|error): /i, '') || 'docker ended without a word.');
  }
}

/** What a client may print here. */
const mostBytes = 1_024 ** 2;

/**
 * Runs docker unseen, in a process group of its own: Ctrl-C reaches us, and we end things in order.
 * @returns what it printed.
 * @throws DockerFailure with its words, or when it takes longer than `timeoutMs`; PluginError (127) when there is no docker.
 */
export async function askDocker(
  args: readonly string[],
  environment: Variables,
  { input, timeoutMs }: { readonly input?: Buffer; readonly timeoutMs: number },
): Promise<string> {
  const child = spawn('docker', args, { env: { ...environment }, stdio: 'pipe', detached: process.platform !== 'win32' });
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
  const printed = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => (printed[name] = (printed[name] + text).slice(-mostBytes)));
  }
  // When docker ends before it has read all, its own words say why.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', (error: NodeJS.ErrnoException) => reject(cannotRun('docker', error)));
      child.once('close', resolve);
    });
    if (code === 0) return printed.stdout.trim();
    throw new DockerFailure(code === null ? `docker ${args[0] ?? ''} did not end within ${String(timeoutMs / 1_000)} s.` : printed.stderr);
  } finally {
    clearTimeout(timer);
  }
}
