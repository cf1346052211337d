import type { HistoryPoint } from '@dockhero/database/read-history';

/** The latest that is known of one host. */
export interface LatestOfHost {
  /** From 0. */
  readonly hostIndex: number;
  readonly point: HistoryPoint;
}

interface Family {
  readonly name: string;
  readonly help: string;
  readonly labels?: string;
  readonly value: (point: HistoryPoint) => number | null;
}

// Named as node_exporter names them where it has the same; its counters are not kept, only what was derived of them: that has names of ours.
const families: readonly Family[] = [
  { name: 'node_memory_MemTotal_bytes', help: 'Memory.', value: ({ memoryTotalBytes }) => memoryTotalBytes },
  {
    name: 'node_memory_MemAvailable_bytes',
    help: 'Memory that is available to programs.',
    value: ({ memoryTotalBytes, memoryUsedBytes }) => difference(memoryTotalBytes, memoryUsedBytes),
  },
  {
    name: 'node_filesystem_size_bytes',
    help: 'Size of the root file system, without what is reserved for root.',
    labels: ',mountpoint="/"',
    value: ({ diskTotalBytes }) => diskTotalBytes,
  },
  {
    name: 'node_filesystem_avail_bytes',
    help: 'Room on the root file system.',
    labels: ',mountpoint="/"',
    value: ({ diskTotalBytes, diskUsedBytes }) => difference(diskTotalBytes, diskUsedBytes),
  },
  { name: 'node_load1', help: 'Load average of a minute.', value: ({ load }) => load },
  { name: 'dockhero_cpu_ratio', help: 'Use of all processors, from 0 to 1.', value: ({ cpuRatio }) => cpuRatio },
  {
    name: 'dockhero_network_receive_bytes_per_second',
    help: 'Bytes received per second.',
    value: ({ receivedPerSecond }) => receivedPerSecond,
  },
  { name: 'dockhero_network_transmit_bytes_per_second', help: 'Bytes sent per second.', value: ({ sentPerSecond }) => sentPerSecond },
  { name: 'dockhero_containers', help: 'Running containers.', value: ({ containers }) => containers },
  {
    name: 'dockhero_sample_time_seconds',
    help: 'When this was looked at, Unix time.',
    value: ({ at }) => at.getTime() / 1_000,
  },
];

/** Prometheus' text format 0.0.4; families without any value are left out. */
export function renderFederation(resourceName: string, hosts: readonly LatestOfHost[]): string {
  return families.map((family) => renderFamily(family, resourceName, hosts)).join('');
}

function renderFamily({ name, help, labels = '', value }: Family, resourceName: string, hosts: readonly LatestOfHost[]): string {
  const lines = hosts.flatMap(({ hostIndex, point }) => {
    const figure = value(point);
    return figure === null
      ? []
      : [`${name}{resource="${escapeLabel(resourceName)}",host="${String(hostIndex + 1)}"${labels}} ${String(figure)}\n`];
  });
  return lines.length === 0 ? '' : `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.join('')}`;
}

function difference(total: number | null, part: number | null): number | null {
  return total === null || part === null ? null : total - part;
}

function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
