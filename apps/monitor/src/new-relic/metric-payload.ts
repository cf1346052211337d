import { usedRatio, type HostSample, type WorkloadSample } from '@dockhero/domain/monitoring/host-sample';
import type { Rates } from '../sample/derive-figures.js';

type Attributes = Readonly<Record<string, string>>;

interface Metric {
  readonly name: string;
  readonly type: 'gauge' | 'count';
  readonly value: number;
  readonly timestamp: number;
  /** Milliseconds that a count is of. */
  readonly 'interval.ms'?: number;
  readonly attributes: Attributes;
}

/** One look at one host of the resource, with the one before for what is counted. */
export interface ShippedSample {
  readonly host: string;
  readonly sample: HostSample;
  readonly earlier: HostSample | null;
  readonly rates: Rates;
}

/** The body of a POST to New Relic's Metric API. @see https://docs.newrelic.com/docs/data-apis/ingest-apis/metric-api */
export function metricBody(common: Attributes, samples: readonly ShippedSample[]): string {
  return JSON.stringify([{ common: { attributes: common }, metrics: samples.flatMap(metricsOf) }]);
}

/** @returns gauges of the moment, and counts of the time since the look before. */
function metricsOf({ host, sample, earlier, rates }: ShippedSample): Metric[] {
  const timestamp = sample.at.getTime();
  const metrics: Metric[] = [];
  const gauge = (name: string, value: number | null, attributes: Attributes = {}): void => {
    if (value !== null) metrics.push({ name, type: 'gauge', value, timestamp, attributes: { host, ...attributes } });
  };
  const { totalBytes, availableBytes } = sample.memory;
  gauge('host.memory.total.bytes', totalBytes);
  gauge('host.memory.available.bytes', availableBytes);
  gauge('host.memory.used.percent', 100 * (1 - availableBytes / totalBytes));
  gauge('host.cpu.used.percent', rates.cpuRatio && 100 * rates.cpuRatio);
  gauge('host.load1', sample.load1);
  gauge('host.network.received.bytes_per_second', rates.receivedPerSecond);
  gauge('host.network.sent.bytes_per_second', rates.sentPerSecond);
  for (const disk of sample.fileSystems.filter(({ isStuck }) => !isStuck)) {
    const { mountpoint } = disk;
    gauge('host.disk.used.percent', 100 * usedRatio(disk), { mountpoint });
    gauge('host.disk.available.bytes', disk.availableBytes, { mountpoint });
  }
  for (const { name, workload, memoryBytes, memoryLimitBytes, diskBytes, isHealthy } of sample.containers) {
    const attributes = { container: name, workload };
    gauge('container.memory.bytes', memoryBytes, attributes);
    gauge('container.memory.limit.bytes', memoryLimitBytes, attributes);
    gauge('container.disk.bytes', diskBytes, attributes);
    gauge('container.healthy', isHealthy === null ? null : Number(isHealthy), attributes);
  }
  for (const volume of sample.volumes) gauge('volume.disk.bytes', volume.bytes, { volume: volume.name });
  return earlier ? [...metrics, ...countsBetween(host, earlier, sample)] : metrics;
}

function countsBetween(host: string, earlier: HostSample, later: HostSample): Metric[] {
  const timestamp = earlier.at.getTime();
  const intervalMs = later.at.getTime() - timestamp;
  const before = new Map(earlier.workloads.map((workload) => [workload.name, workload]));
  const counted = [
    ['workload.starts', 'starts'],
    ['workload.failures', 'failures'],
    ['workload.oom_kills', 'oomKills'],
  ] as const satisfies readonly (readonly [string, keyof WorkloadSample])[];
  return later.workloads.flatMap((workload) =>
    counted.flatMap(([name, field]): Metric[] => {
      const value = workload[field] - (before.get(workload.name)?.[field] ?? workload[field]);
      // Smaller than before: the agent counts anew.
      if (value < 0 || intervalMs <= 0) return [];
      return [{ name, type: 'count', value, timestamp, 'interval.ms': intervalMs, attributes: { host, workload: workload.name } }];
    }),
  );
}
