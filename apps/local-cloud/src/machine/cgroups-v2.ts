import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { listProcesses, removeGroups } from './cgroup-tree.js';
import type { Cgroups, MachineLimits } from './cgroups.js';

const CPU_PERIOD_US = 100_000;
const MAX_PROCESSES = 4096;
const CONTROLLERS = ['cpu', 'cpuset', 'io', 'memory', 'pids'];

/**
 * The gate runs on v1. This was run in a virtual machine: see docs/local-cloud.md.
 *
 * A group with controllers enabled for its children may hold no process itself. So an instance is two leaves under the group that
 * carries its limits: `machine`, the root of its own cgroup namespace, where systemd makes room for itself, and `watch` for the
 * supervisor, which must be in `machine` while the namespace is made and leaves it before systemd starts.
 */
export function openCgroupsV2(root: string, cgroupName: string): Cgroups {
  const own = path.join(root, cgroupName);
  return {
    version: 2,
    async create(id, limits) {
      const instance = path.join(own, id);
      await mkdir(own, { recursive: true });
      await enableControllers(root, root);
      await enableControllers(root, own);
      for (const leaf of ['machine', 'watch']) await mkdir(path.join(instance, leaf), { recursive: true });
      await limit(instance, limits);
      await enableControllers(root, instance);
      return [path.join(instance, 'machine')];
    },
    async settle(id, watcherPids) {
      for (const pid of watcherPids) await writeFile(path.join(own, id, 'watch/cgroup.procs'), String(pid));
    },
    processes: (id) => listProcesses(path.join(own, id ?? '')),
    remove: (id) => removeGroups(path.join(own, id ?? '')),
  };
}

async function enableControllers(root: string, dir: string): Promise<void> {
  const available = new Set((await readFile(path.join(root, 'cgroup.controllers'), 'utf8')).trim().split(' '));
  for (const controller of CONTROLLERS.filter((name) => available.has(name))) {
    await writeFile(path.join(dir, 'cgroup.subtree_control'), `+${controller}`);
  }
}

async function limit(dir: string, { memoryMiB, cpuPercent }: MachineLimits): Promise<void> {
  await writeFile(path.join(dir, 'memory.max'), String(memoryMiB * 2 ** 20));
  await writeFile(path.join(dir, 'memory.swap.max'), '0').catch(() => undefined); // absent without swap accounting
  await writeFile(path.join(dir, 'cpu.max'), `${(cpuPercent * CPU_PERIOD_US) / 100} ${CPU_PERIOD_US}`);
  await writeFile(path.join(dir, 'pids.max'), String(MAX_PROCESSES));
}
