import type { CgroupMemory } from './cgroup-memory.js';

export interface MemoryTruth {
  readonly totalBytes: number;
  readonly availableBytes: number;
}

/**
 * What this host has and can still give: the tighter of the kernel's estimate and its control group's limit less what is not reclaimable.
 * When meminfo shows the limit as the total it is the group's own (lxcfs), made of the same figures but with slab counted as used: then the
 * group alone is asked.
 * @returns null when meminfo cannot be read.
 */
export function memoryTruth(meminfo: ReadonlyMap<string, number>, group: CgroupMemory | null): MemoryTruth | null {
  const [totalBytes, availableBytes] = [meminfo.get('MemTotal'), meminfo.get('MemAvailable')];
  if (totalBytes === undefined || availableBytes === undefined) return null;
  const limitBytes = group?.limitBytes ?? null;
  if (group === null || limitBytes === null) return { totalBytes, availableBytes };
  const leftBytes = Math.max(0, limitBytes - group.usedBytes);
  const isSameFigure = Math.abs(totalBytes - limitBytes) < 4096;
  return {
    totalBytes: Math.min(totalBytes, limitBytes),
    availableBytes: Math.min(isSameFigure ? limitBytes : availableBytes, leftBytes),
  };
}
