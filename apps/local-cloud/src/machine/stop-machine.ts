import { readFile } from 'node:fs/promises';
import type { MachineProcesses } from './boot-machine.js';
import type { Cgroups } from './cgroups.js';
import type { Fabric } from './fabric.js';
import { machineFiles } from './machine-files.js';
import { pollUntil } from './poll-until.js';
import { isAlive, signalProcess } from './process-identity.js';
import { waitForReleasedDisk } from './root-disk.js';

/** SIGRTMIN+3 asks systemd as PID 1 to shut down and halt. @see systemd(1), "Signals" */
const HALT_SIGNAL = 37;
const KILL_TIMEOUT_MS = 20_000;
const GROUP_TIMEOUT_MS = 10_000;

/** How PID 1 of a machine ended: a kernel tells a reboot from a power-off by the signal it sends. @see reboot(2), pid namespaces */
export type MachineEnd = 'rebooted' | 'powered off';

/** The processes of a machine that is running now, also one started by an earlier run of the local cloud; else null. */
export async function findMachineProcesses(fabric: Fabric, id: string): Promise<MachineProcesses | null> {
  const text = await readFile(machineFiles(fabric.dataDir, id).processes, 'utf8').catch(() => null);
  if (text === null) return null;
  const processes = JSON.parse(text) as MachineProcesses;
  return isAlive(processes.supervisor) || isAlive(processes.init) ? processes : null;
}

/**
 * Shuts a machine down, then sees to it that nothing of it is left but its disk.
 * @param graceMs time for its operating system to stop by itself; 0 pulls the plug.
 */
export async function stopMachine(fabric: Fabric, cgroups: Cgroups, id: string, graceMs: number): Promise<void> {
  const processes = await findMachineProcesses(fabric, id);
  if (processes) {
    if (graceMs > 0) await askToHalt(id, processes, graceMs).catch(() => fabric.log.warn({ id, graceMs }, 'did not shut down in time'));
    signalProcess(processes.init, 'SIGKILL');
    await pollUntil(`the end of ${id}`, KILL_TIMEOUT_MS, () => !isAlive(processes.supervisor) && !isAlive(processes.init));
  }
  await clearMachine(fabric, cgroups, id);
}

/** Removes what an ended machine leaves: stray processes, cgroups; and waits for its disk. */
export async function clearMachine(fabric: Fabric, cgroups: Cgroups, id: string): Promise<void> {
  await pollUntil(`the cgroups of ${id} to empty`, GROUP_TIMEOUT_MS, async () => {
    for (const pid of await cgroups.processes(id)) killQuietly(pid);
    return cgroups.remove(id).then(
      () => true,
      () => false,
    );
  });
  await waitForReleasedDisk(fabric.dataDir, id);
}

/** The request is repeated, since a PID 1 that has not yet become systemd ignores it. */
async function askToHalt(id: string, processes: MachineProcesses, graceMs: number): Promise<void> {
  let askedAt = 0;
  await pollUntil(`${id} to halt`, graceMs, () => {
    if (Date.now() - askedAt > 2_000) {
      signalProcess(processes.init, HALT_SIGNAL);
      askedAt = Date.now();
    }
    return !isAlive(processes.init);
  });
}

/** What the supervisor has noted about a machine that is not running. A machine that was killed counts as powered off. */
export async function readMachineEnd(fabric: Fabric, id: string): Promise<MachineEnd> {
  const status = (await readFile(machineFiles(fabric.dataDir, id).ended, 'utf8').catch(() => '')).trim();
  const SIGHUP_STATUS = '129';
  return status === SIGHUP_STATUS ? 'rebooted' : 'powered off';
}

export function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
