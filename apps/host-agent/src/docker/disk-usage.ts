import type { DockerApi } from './docker-api.js';
import { amountOf, fieldsOf, listOf, textOf } from './read-json.js';

export interface DiskUsage {
  /** Writable layers by container id. */
  readonly containerBytes: ReadonlyMap<string, number>;
  readonly volumeBytes: ReadonlyMap<string, number>;
  /** What removing images without a container, and build cache not in use, would free. */
  readonly imagesBytes: number;
  readonly buildCacheBytes: number;
}

/** Docker walks every volume and layer for it. */
const timeoutMs = 5 * 60_000;

/** @throws Error as `DockerApi.call`. */
export async function measureDiskUsage(docker: DockerApi): Promise<DiskUsage> {
  return parseDiskUsage(await docker.call('GET', '/system/df', timeoutMs));
}

/** As `docker system df` counts: shared layers once, so images free what no used image needs. */
export function parseDiskUsage(answer: unknown): DiskUsage {
  const usage = fieldsOf(answer);
  const usedImages = listOf(usage.Images).filter(({ Containers }) => amountOf(Containers) > 0);
  const usedBytes = sum(usedImages, ({ Size, SharedSize }) => amountOf(Size) - amountOf(SharedSize));
  const idleCache = listOf(usage.BuildCache).filter(({ InUse, Shared }) => InUse !== true && Shared !== true);
  return {
    containerBytes: new Map(listOf(usage.Containers).map(({ Id, SizeRw }) => [textOf(Id), amountOf(SizeRw)])),
    volumeBytes: new Map(
      listOf(usage.Volumes)
        .filter(({ UsageData }) => Number(fieldsOf(UsageData).Size) >= 0)
        .map(({ Name, UsageData }) => [textOf(Name), amountOf(fieldsOf(UsageData).Size)]),
    ),
    imagesBytes: Math.max(0, amountOf(usage.LayersSize) - usedBytes),
    buildCacheBytes: sum(idleCache, ({ Size }) => amountOf(Size)),
  };
}

function sum<T>(entries: readonly T[], amount: (entry: T) => number): number {
  return entries.reduce((total, entry) => total + amount(entry), 0);
}
