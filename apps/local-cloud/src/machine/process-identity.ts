import { readFileSync } from 'node:fs';

/** A process that cannot be mistaken for a later one with the same number. */
export interface ProcessIdentity {
  pid: number;
  /** Clock ticks between the machine's boot and the start of the process. */
  startTicks: number;
}

interface ProcessStat {
  state: string;
  parentPid: number;
  startTicks: number;
}

/** @see proc(5), /proc/pid/stat: the command name may hold blanks and parentheses, so fields are counted after the last one. */
export function readProcessStat(pid: number): ProcessStat | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? 'X', parentPid: Number(fields[1]), startTicks: Number(fields[19]) };
  } catch {
    return null;
  }
}

export function identifyProcess(pid: number): ProcessIdentity | null {
  const stat = readProcessStat(pid);
  return stat && { pid, startTicks: stat.startTicks };
}

/** A zombie counts as dead: its parent has merely not looked yet. */
export function isAlive(identity: ProcessIdentity): boolean {
  const stat = readProcessStat(identity.pid);
  return stat !== null && stat.startTicks === identity.startTicks && stat.state !== 'Z' && stat.state !== 'X';
}

/** Sends a signal if the process is still the same one; a process that is gone is no error. */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals | number): void {
  if (!isAlive(identity)) return;
  try {
    process.kill(identity.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
