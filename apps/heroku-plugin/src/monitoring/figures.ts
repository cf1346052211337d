import type { HostSeries } from '@dockhero/contracts/monitoring-api';
import { formatMemory } from '../doctor/parse-memory.js';

/** What `dh:metrics` can show. */
export const metricNames = ['memory', 'disk', 'cpu', 'load', 'network'] as const;
export type MetricName = (typeof metricNames)[number];

/** One line of a chart: values of a host, one for each of its times. */
export interface Figure {
  readonly title: string;
  readonly average: readonly (number | null)[];
  /** The worst of each step. */
  readonly worst: readonly (number | null)[];
  /** Where the axis ends; null: wherever the values do. */
  readonly top: number | null;
  /** What 100 % are; empty when it is none of that. */
  readonly whole: string;
  readonly format: (value: number) => string;
}

/** The figures of a metric. Of `network` there are two. */
export function figuresOf(metric: MetricName, host: HostSeries): readonly Figure[] {
  switch (metric) {
    case 'memory':
      return [share('Memory', host.memory_used_bytes, host.memory_used_bytes_max, host.memory_total_bytes)];
    case 'disk':
      return [share('Disk /', host.disk_used_bytes, host.disk_used_bytes_max, host.disk_total_bytes)];
    case 'cpu':
      return [{ title: 'CPU', average: host.cpu_ratio, worst: host.cpu_ratio_max, top: 1, whole: '', format: percent }];
    case 'load':
      return [{ title: 'Load', average: host.load, worst: host.load_max, top: null, whole: '', format: oneDecimal }];
    case 'network':
      return [
        rate('Received', host.received_per_second, host.received_per_second_max),
        rate('Sent', host.sent_per_second, host.sent_per_second_max),
      ];
  }
}

/** Now, lowest and highest of a figure; null without any value. The highest is that of single looks, not of averages. */
export function summarize({ average, worst }: Figure): { now: number; lowest: number; highest: number } | null {
  const known = average.filter((value) => value !== null);
  const now = known.at(-1);
  if (now === undefined) return null;
  const highest = [...known, ...worst.filter((value) => value !== null)].reduce((a, b) => Math.max(a, b));
  return { now, lowest: known.reduce((a, b) => Math.min(a, b)), highest };
}

type Column = readonly (number | null)[];

function share(title: string, used: Column, usedMax: Column, total: Column): Figure {
  const ratios = (column: Column) => column.map((value, at) => (value === null || !total[at] ? null : value / total[at]));
  const whole = total.findLast((value) => value !== null);
  return { title, average: ratios(used), worst: ratios(usedMax), top: 1, whole: whole ? formatMemory(whole) : '', format: percent };
}

function rate(title: string, average: Column, worst: Column): Figure {
  return { title, average, worst, top: null, whole: '', format: (value) => `${formatBytes(value)}/s` };
}

function percent(value: number): string {
  return `${String(Math.round(value * 100))} %`;
}

function oneDecimal(value: number): string {
  return value.toFixed(1);
}

function formatBytes(bytes: number): string {
  if (bytes < 1_024) return `${String(Math.round(bytes))} B`;
  return bytes < 1_024 ** 2 ? `${String(Math.round(bytes / 1_024))} KB` : formatMemory(bytes);
}
