import { existsSync } from 'node:fs';
import { readdir, readFile, rmdir } from 'node:fs/promises';
import path from 'node:path';

/** Every process in a group and below it. Groups that vanish meanwhile have none. */
export async function listProcesses(dir: string): Promise<number[]> {
  const pids: number[] = [];
  for (const group of await listGroups(dir)) {
    const text = await readFile(path.join(group, 'cgroup.procs'), 'utf8').catch(() => '');
    pids.push(...text.split('\n').filter(Boolean).map(Number));
  }
  return pids.filter((pid) => pid > 0); // 0 is a process of another pid namespace than ours
}

/** Removes a group and all below it, leaves first. A group in use stays, and the error says so. */
export async function removeGroups(dir: string): Promise<void> {
  for (const group of (await listGroups(dir)).toReversed()) {
    await rmdir(group).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
  }
}

/** The group itself, then those below it, parents before children. */
async function listGroups(dir: string): Promise<string[]> {
  if (!existsSync(dir)) return [];
  const groups = [dir];
  const entries = await readdir(dir, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (entry.isDirectory()) groups.push(...(await listGroups(path.join(dir, entry.name))));
  }
  return groups;
}
