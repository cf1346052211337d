import type { HostSeries, MetricsAnswer, MetricsQuery } from '@dockhero/contracts/monitoring-api';
import type { HistoryPoint } from '@dockhero/database/read-history';
import { Injectable } from '@nestjs/common';
import { FindResource } from '../client/find-resource.js';
import { HostHistory } from './host-history.js';

const dayMs = 86_400_000;

/** How the hosts were over a time, for charts. */
@Injectable()
export class ReadMetrics {
  constructor(
    private readonly find: FindResource,
    private readonly history: HostHistory,
  ) {}

  async run(token: string, { from, to, points }: MetricsQuery): Promise<MetricsAnswer> {
    const { resource } = await this.find.run(token);
    const end = to === undefined ? new Date() : new Date(to);
    const start = from === undefined ? new Date(end.getTime() - dayMs) : new Date(from);
    const { stepMs, hosts } = await this.history.read(resource.id, start, end, points);
    return {
      from: start.toISOString(),
      to: end.toISOString(),
      step_seconds: stepMs / 1_000,
      hosts: hosts.map((host) => toSeries(host.hostIndex + 1, host.points)),
    };
  }
}

function toSeries(host: number, points: readonly HistoryPoint[]): HostSeries {
  const column = (name: Exclude<keyof HistoryPoint, 'at'>) => points.map((point) => point[name]);
  return {
    host,
    times: points.map(({ at }) => at.toISOString()),
    memory_used_bytes: column('memoryUsedBytes'),
    memory_used_bytes_max: column('memoryUsedBytesMax'),
    memory_total_bytes: column('memoryTotalBytes'),
    disk_used_bytes: column('diskUsedBytes'),
    disk_used_bytes_max: column('diskUsedBytesMax'),
    disk_total_bytes: column('diskTotalBytes'),
    cpu_ratio: column('cpuRatio'),
    cpu_ratio_max: column('cpuRatioMax'),
    load: column('load'),
    load_max: column('loadMax'),
    received_per_second: column('receivedPerSecond'),
    received_per_second_max: column('receivedPerSecondMax'),
    sent_per_second: column('sentPerSecond'),
    sent_per_second_max: column('sentPerSecondMax'),
  };
}
