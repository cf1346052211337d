import type { DiskUsage } from '../docker/disk-usage.js';
import type { Container } from '../docker/list-containers.js';
import type { WorkloadCounts } from '../docker/workload-counters.js';
import type { Cgroups } from './cgroups.js';
import type { Exposition } from './exposition.js';

interface Figures {
  readonly workload: string;
  memoryBytes: number | null;
  limitBytes: number | null;
  cpuSeconds: number | null;
  diskBytes: number | null;
  isHealthy: boolean | null;
}

/** Containers that run. Two of one name (`docker compose run` twice, a task and its successor) are one line: a format without doubles. */
export function addContainerMetrics(text: Exposition, containers: readonly Container[], cgroups: Cgroups, usage: DiskUsage | null): void {
  const byProcess = new Map<string, Figures>();
  for (const container of containers.filter(({ isRunning }) => isRunning)) {
    const figures = figuresOf(container, cgroups, usage);
    const other = byProcess.get(container.process);
    byProcess.set(container.process, other ? merge(other, figures) : figures);
  }
  for (const [container, figures] of byProcess) {
    const labels = { container, workload: figures.workload };
    text.gauge('dockhero_container_memory_usage_bytes', figures.memoryBytes, labels);
    text.gauge('dockhero_container_memory_limit_bytes', figures.limitBytes, labels);
    text.counter('dockhero_container_cpu_seconds_total', figures.cpuSeconds, labels);
    text.gauge('dockhero_container_disk_bytes', figures.diskBytes, labels);
    text.gauge('dockhero_container_healthy', figures.isHealthy === null ? null : Number(figures.isHealthy), labels);
  }
}

export function addWorkloadMetrics(text: Exposition, counters: Iterable<[workload: string, WorkloadCounts]>): void {
  for (const [workload, { starts, failures, oomKills }] of counters) {
    text.counter('dockhero_workload_starts_total', starts, { workload });
    text.counter('dockhero_workload_failures_total', failures, { workload });
    text.counter('dockhero_workload_oom_kills_total', oomKills, { workload });
  }
}

export function addDiskUsageMetrics(text: Exposition, usage: DiskUsage | null): void {
  if (!usage) return;
  for (const [volume, bytes] of usage.volumeBytes) text.gauge('dockhero_volume_disk_bytes', bytes, { volume });
  text.gauge('dockhero_reclaimable_bytes', usage.imagesBytes, { kind: 'images' });
  text.gauge('dockhero_reclaimable_bytes', usage.buildCacheBytes, { kind: 'build_cache' });
}

function figuresOf({ id, workload, isHealthy }: Container, cgroups: Cgroups, usage: DiskUsage | null): Figures {
  const memory = cgroups.containerMemory(id);
  return {
    workload,
    memoryBytes: memory?.usedBytes ?? null,
    limitBytes: memory?.limitBytes ?? null,
    cpuSeconds: cgroups.containerCpuSeconds(id),
    diskBytes: usage?.containerBytes.get(id) ?? null,
    isHealthy,
  };
}

/** One without a limit leaves the sum without one; one unhealthy is enough. */
function merge(a: Figures, b: Figures): Figures {
  return {
    workload: a.workload,
    memoryBytes: add(a.memoryBytes, b.memoryBytes),
    limitBytes: a.limitBytes === null || b.limitBytes === null ? null : a.limitBytes + b.limitBytes,
    cpuSeconds: add(a.cpuSeconds, b.cpuSeconds),
    diskBytes: add(a.diskBytes, b.diskBytes),
    isHealthy: a.isHealthy === null || b.isHealthy === null ? (a.isHealthy ?? b.isHealthy) : a.isHealthy && b.isHealthy,
  };
}

function add(a: number | null, b: number | null): number | null {
  return a === null ? b : a + (b ?? 0);
}
