import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { listProcesses, removeGroups } from './cgroup-tree.js';
import type { CgroupMount, Cgroups, MachineLimits } from './cgroups.js';

/** Length of the scheduler's period in microseconds; the quota is a share of it. */
const CPU_PERIOD_US = 100_000;
const MAX_PROCESSES = 4096;

/** One directory per hierarchy. dockerd inside makes its own below, so limits hold for the sum. */
export function openCgroupsV1(mounts: CgroupMount[], cgroupName: string): Cgroups {
  const roots = mounts.map((mount) => ({ ...mount, own: path.join(mount.dir, cgroupName) }));
  const any = roots.find((root) => root.controllers.includes('pids')) ?? roots[0];
  return {
    version: 1,
    async create(id, limits) {
      const dirs: string[] = [];
      for (const root of roots) {
        const dir = path.join(root.own, id);
        await mkdir(dir, { recursive: true });
        if (root.controllers.includes('cpuset')) await inheritCpuset(root.dir, [root.own, dir]);
        dirs.push(dir);
      }
      await limit(roots, id, limits);
      return dirs;
    },
    settle: () => Promise.resolve(), // v1 lets processes live in inner groups
    processes: (id) => listProcesses(path.join(any?.own ?? '', id ?? '')),
    async remove(id) {
      for (const root of roots) await removeGroups(path.join(root.own, id ?? ''));
    },
  };
}

/** A new cpuset is empty and takes no process until it has been given cores and memory nodes, level by level. */
async function inheritCpuset(root: string, levels: string[]): Promise<void> {
  for (const file of ['cpuset.cpus', 'cpuset.mems']) {
    const value = await readFile(path.join(root, file), 'utf8');
    for (const level of levels) await writeFile(path.join(level, file), value);
  }
}

async function limit(roots: { own: string; controllers: string[] }[], id: string, { memoryMiB, cpuPercent }: MachineLimits): Promise<void> {
  const bytes = String(memoryMiB * 2 ** 20);
  const settings: [controller: string, file: string, value: string][] = [
    // The sum with swap may never be below memory alone: lower in this order, and lift it before memory grows.
    ['memory', 'memory.memsw.limit_in_bytes', '-1'],
    ['memory', 'memory.limit_in_bytes', bytes],
    ['memory', 'memory.memsw.limit_in_bytes', bytes],
    ['cpu', 'cpu.cfs_period_us', String(CPU_PERIOD_US)],
    ['cpu', 'cpu.cfs_quota_us', String((cpuPercent * CPU_PERIOD_US) / 100)],
    ['pids', 'pids.max', String(MAX_PROCESSES)],
  ];
  for (const [controller, name, value] of settings) {
    const root = roots.find((candidate) => candidate.controllers.includes(controller));
    const file = root && path.join(root.own, id, name);
    if (file && existsSync(file)) await writeFile(file, value); // swap accounting is not built into every kernel
  }
}
