import path from 'node:path';
import { readKernelFile } from '../collect/read-kernel-file.js';

/** Tells one life of dockerd from the next: its process with the time it was started. Null when no dockerd is known. */
export function dockerIdentity(pidFile: string, procDir: string): string | null {
  const pid = readKernelFile(pidFile)?.trim();
  const stat = pid && /^\d+$/.test(pid) ? readKernelFile(path.join(procDir, pid, 'stat')) : null;
  // The name, in brackets, may hold blanks; field 22 is the time of the start.
  const startedAt = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  return startedAt === undefined ? null : `${pid}:${startedAt}`;
}
