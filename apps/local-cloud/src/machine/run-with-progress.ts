import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/**
 * Runs a long program and hands over each line it writes. The program dies with this process, even if that one is killed.
 * @throws Error with its last lines when it fails or takes longer than `timeoutMs`.
 */
export async function runWithProgress(command: string, args: string[], timeoutMs: number, onLine: (line: string) => void): Promise<void> {
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', command, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: timeoutMs,
    killSignal: 'SIGTERM',
  });
  const last: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    last.push(line);
    if (last.length > 10) last.shift();
    onLine(line);
  });
  const status = await new Promise<number | string | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? signal));
  });
  if (status !== 0) throw new Error(`${command} ended with ${status}:\n${last.join('\n')}`);
}
