import type { HostSeries } from '@dockhero/contracts/monitoring-api';

/** A host whose memory was used by these ratios, one every `stepMs` from `fromMs` on; of all else little is going on. */
export function hostSeries(host: number, fromMs: number, stepMs: number, memory: readonly number[]): HostSeries {
  const of = (value: number) => memory.map(() => value);
  const total = 2 * 1024 ** 3;
  const used = memory.map((ratio) => ratio * total);
  return {
    host,
    times: memory.map((_, at) => new Date(fromMs + at * stepMs).toISOString()),
    memory_used_bytes: used,
    memory_used_bytes_max: used.map((bytes) => Math.min(total, bytes * 1.2)),
    memory_total_bytes: of(total),
    disk_used_bytes: of(4 * 1024 ** 3),
    disk_used_bytes_max: of(4 * 1024 ** 3),
    disk_total_bytes: of(16 * 1024 ** 3),
    cpu_ratio: of(0.05),
    cpu_ratio_max: of(0.4),
    load: of(0.1),
    load_max: of(1.25),
    received_per_second: of(300),
    received_per_second_max: of(150_000),
    sent_per_second: memory.map(() => null),
    sent_per_second_max: memory.map(() => null),
  };
}
