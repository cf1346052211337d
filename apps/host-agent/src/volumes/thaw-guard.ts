import { spawn } from 'node:child_process';

const startTimeoutMs = 3_000;

/**
 * Sleeps, then thaws. A thaw within the kernel's own freezing fails, so it is tried for half a minute. Arguments are the script's, not part
 * of it.
 */
const script = `echo ready; sleep "$1"; tries=0
until fsfreeze --unfreeze "$2"; do tries=$((tries + 1)); [ $tries -lt 150 ] || exit 1; sleep .2; done`;

export interface ThawGuard {
  readonly pid: number;
  end(): void;
}

/**
 * Starts the process that thaws a file system after `afterMs` whatever becomes of the agent: in a session of its own, without anything of ours
 * open. It runs when this returns. @throws Error when it does not start.
 */
export function startThawGuard(place: string, afterMs: number): Promise<ThawGuard> {
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', ['-c', script, 'dockhero-thaw', String(afterMs / 1000), place], {
      detached: true,
      cwd: '/',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const end = (): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // it has ended
      }
    };
    const fail = (reason: string): void => {
      clearTimeout(timer);
      end();
      reject(new Error(`the process that would end the freeze ${reason}`));
    };
    const timer = setTimeout(() => fail('does not start'), startTimeoutMs);
    child.once('error', (error) => fail(`cannot be started: ${error.message}`));
    child.once('exit', () => fail('has ended'));
    child.stdout.once('data', () => {
      clearTimeout(timer);
      child.stdout.destroy();
      child.unref();
      resolve({ pid: child.pid ?? 0, end });
    });
  });
}
