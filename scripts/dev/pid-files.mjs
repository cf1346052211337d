// Which processes a start has made, on disk: a start that was killed leaves them behind, and the next one ends them by pid.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Field 22 of /proc/PID/stat: pids are used again, pid and start time together are not. */
function startTime(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return null;
  }
}

export function writePidFile(folder, name, pid) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.pid`), `${pid} ${startTime(pid)}`);
}

export function removePidFile(folder, name) {
  rmSync(join(folder, `${name}.pid`), { force: true });
}

/** @returns {{name: string, pid: number}[]} those that still run. */
export function runningByPidFile(folder) {
  try {
    return readdirSync(folder)
      .filter((file) => file.endsWith('.pid'))
      .flatMap((file) => {
        const [pid, started] = readFileSync(join(folder, file), 'utf8').split(' ');
        return startTime(pid) === started ? [{ name: file.slice(0, -4), pid: Number(pid) }] : [];
      });
  } catch {
    return [];
  }
}

/** Ends what an earlier, killed start has left running. */
export async function endLeftovers(folder, say) {
  for (const { name, pid } of runningByPidFile(folder)) {
    say(`ending ${name} (pid ${pid}) of an earlier start`);
    process.kill(pid, 'SIGTERM');
    for (let tries = 0; tries < 100 && startTime(pid) !== null; tries += 1) {
      if (tries === 80) process.kill(pid, 'SIGKILL');
      await sleep(100);
    }
  }
  rmSync(folder, { recursive: true, force: true });
}
