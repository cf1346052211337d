import { readFileSync } from 'node:fs';
import { openCgroupsV1 } from './cgroups-v1.js';
import { openCgroupsV2 } from './cgroups-v2.js';
import type { CgroupMount, Cgroups } from './cgroups.js';

/** Finds out which version this machine has. On a hybrid machine the controllers are in v1, so v1 it is. */
export function openCgroups(cgroupName: string): Cgroups {
  const mounts = parseCgroupMounts(readFileSync('/proc/self/mountinfo', 'utf8'));
  if (mounts.v1.some((mount) => mount.controllers.includes('memory'))) return openCgroupsV1(mounts.v1, cgroupName);
  if (mounts.v2) return openCgroupsV2(mounts.v2.dir, cgroupName);
  throw new Error('this machine has neither cgroup v1 with a memory controller nor cgroup v2');
}

/** @see proc(5), /proc/pid/mountinfo: optional fields end with a lone dash, then type, source and the file system's own options. */
export function parseCgroupMounts(mountinfo: string): { v1: CgroupMount[]; v2: CgroupMount | null } {
  const v1: CgroupMount[] = [];
  let v2: CgroupMount | null = null;
  for (const line of mountinfo.split('\n')) {
    const [left, right] = line.split(' - ');
    const [type, , options] = (right ?? '').split(' ');
    const dir = left?.split(' ')[4];
    if (!dir) continue;
    if (type === 'cgroup2') v2 ??= { dir, controllers: [] };
    if (type === 'cgroup') v1.push({ dir, controllers: (options ?? '').split(',').filter((o) => !PLAIN_OPTIONS.has(o)) });
  }
  return { v1, v2 };
}

const PLAIN_OPTIONS = new Set(['rw', 'ro', 'xattr', 'clone_children', 'noprefix']);
