import path from 'node:path';
import { parseKeyedNumbers, readKernelFile, readKernelNumber } from './read-kernel-file.js';

/** Version 1 says "no limit" as a number near 2^63, cut to pages. */
const noLimit = 2 ** 60;

export interface CgroupMemory {
  /** What cannot be taken back: without page cache and reclaimable slab. */
  readonly usedBytes: number;
  /** Null: none. */
  readonly limitBytes: number | null;
  /** OOM kills of its processes while it has existed; null when this kernel does not count them. */
  readonly oomKills: number | null;
}

/** Version 2: one tree with `memory.current` in each group but the root. */
export function readMemoryV2(dir: string): CgroupMemory | null {
  const currentBytes = readKernelNumber(path.join(dir, 'memory.current'));
  if (currentBytes === null) return null;
  const stat = parseKeyedNumbers(readKernelFile(path.join(dir, 'memory.stat')) ?? '');
  const cacheBytes = (stat.get('inactive_file') ?? 0) + (stat.get('active_file') ?? 0) + (stat.get('slab_reclaimable') ?? 0);
  return {
    usedBytes: Math.max(0, currentBytes - cacheBytes),
    limitBytes: readKernelNumber(path.join(dir, 'memory.max')),
    oomKills: readOomKills(path.join(dir, 'memory.events')),
  };
}

/**
 * Version 1. Its memory.stat does not tell slab apart; the kernel's memory of the group is known, and which share of the kernel's memory can be
 * taken back is known for the machine only: that share is taken (dentries and inodes of a `find /` are no reason for an alarm).
 * @param dir of the group below the memory hierarchy.
 * @param vmstat reads the machine's /proc/vmstat: not a file to read for groups that hold no kernel memory.
 */
export function readMemoryV1(dir: string, vmstat: () => ReadonlyMap<string, number>): CgroupMemory | null {
  const currentBytes = readKernelNumber(path.join(dir, 'memory.usage_in_bytes'));
  if (currentBytes === null) return null;
  const stat = parseKeyedNumbers(readKernelFile(path.join(dir, 'memory.stat')) ?? '');
  const limitBytes = readKernelNumber(path.join(dir, 'memory.limit_in_bytes'));
  const kernelBytes = readKernelNumber(path.join(dir, 'memory.kmem.usage_in_bytes')) ?? 0;
  const reclaimableBytes = kernelBytes > 0 ? kernelBytes * reclaimableShare(vmstat()) : 0;
  const pageCacheBytes = (stat.get('total_inactive_file') ?? 0) + (stat.get('total_active_file') ?? 0);
  return {
    usedBytes: Math.max(0, currentBytes - pageCacheBytes - reclaimableBytes),
    limitBytes: limitBytes === null || limitBytes >= noLimit ? null : limitBytes,
    oomKills: readOomKills(path.join(dir, 'memory.oom_control')),
  };
}

/** `memory.events` of version 2, `memory.oom_control` of version 1. */
export function readOomKills(file: string): number | null {
  return parseKeyedNumbers(readKernelFile(file) ?? '').get('oom_kill') ?? null;
}

function reclaimableShare(vmstat: ReadonlyMap<string, number>): number {
  const reclaimable = vmstat.get('nr_slab_reclaimable') ?? 0;
  const fixed = (vmstat.get('nr_slab_unreclaimable') ?? 0) + (vmstat.get('nr_page_table_pages') ?? 0);
  const stacks = (vmstat.get('nr_kernel_stack') ?? 0) / 4; // in KiB, the others in pages of 4 KiB
  const all = reclaimable + fixed + stacks;
  return all > 0 ? reclaimable / all : 0;
}
