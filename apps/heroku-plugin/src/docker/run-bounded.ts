import { execFile } from 'node:child_process';
import type { Variables } from '../env.js';

/** How a short-lived program ended. `missing` when there is no such program; `code` is null when it was killed for being slow. */
export interface ProgramResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly missing: boolean;
}

/** Runs a program without a shell and without input, at most `timeoutMs`. Never throws. */
export function runBounded(file: string, args: readonly string[], environment: Variables, timeoutMs = 10_000): Promise<ProgramResult> {
  return new Promise((resolve) => {
    const options = { env: { ...environment }, timeout: timeoutMs, killSignal: 'SIGKILL' as const, maxBuffer: 16 * 1024 * 1024 };
    const child = execFile(file, [...args], options, (failure, stdout, stderr) => {
      const { code } = (failure ?? { code: 0 }) as { code?: number | string | null };
      resolve({ code: typeof code === 'number' ? code : null, stdout, stderr, missing: code === 'ENOENT' });
    });
    child.stdin?.end();
  });
}
