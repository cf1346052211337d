interface AgentFigures {
  /** Ratios. */
  readonly memory?: number;
  /** For how long the memory has been as it is, seen by the agent; seconds. */
  readonly memoryForSeconds?: number;
  readonly disk?: number;
  readonly starts?: number;
  readonly oomKills?: number;
  readonly isHealthy?: boolean;
  readonly cpuSeconds?: number;
  readonly receivedBytes?: number;
}

const gibibyte = 1024 ** 3;
const windowsSeconds = [2, 4, 6, 8, 10, 12, 14, 16, 20, 30, 45, 60];

/** What an agent answers: a host of two processors, 4 GiB and 40 GiB, with one container. */
export function agentText(figures: AgentFigures = {}): string {
  const { memory = 0.5, memoryForSeconds = 0, disk = 0.5, starts = 1, oomKills = 0 } = figures;
  const { isHealthy = true, cpuSeconds = 1_000, receivedBytes = 5_000 } = figures;
  const lowest = windowsSeconds
    .filter((seconds) => seconds <= memoryForSeconds)
    .map((seconds) => `dockhero_used_ratio_lowest{rule="memory",object="host",seconds="${String(seconds)}"} ${String(memory)}\n`);
  const disks = '{device="/dev/vda1",fstype="ext4",mountpoint="/"}';
  const web = '{container="web.1",workload="web"}';
  return `# HELP node_memory_MemTotal_bytes Memory information field MemTotal_bytes.
# TYPE node_memory_MemTotal_bytes gauge
node_memory_MemTotal_bytes ${String(4 * gibibyte)}
dockhero_memory_total_bytes ${String(4 * gibibyte)}
dockhero_memory_available_bytes ${String(4 * gibibyte * (1 - memory))}
${lowest.join('')}node_cpu_seconds_total{cpu="0",mode="idle"} ${String(cpuSeconds * 0.75)}
node_cpu_seconds_total{cpu="0",mode="user"} ${String(cpuSeconds * 0.25)}
node_cpu_seconds_total{cpu="0",mode="guest"} 7
node_cpu_seconds_total{cpu="1",mode="idle"} ${String(cpuSeconds * 0.5)}
node_cpu_seconds_total{cpu="1",mode="iowait"} ${String(cpuSeconds * 0.25)}
node_cpu_seconds_total{cpu="1",mode="system"} ${String(cpuSeconds * 0.25)}
node_load1 0.25
node_network_receive_bytes_total{device="eth0"} ${String(receivedBytes)}
node_network_transmit_bytes_total{device="eth0"} 6000
node_filesystem_size_bytes${disks} ${String(40 * gibibyte)}
node_filesystem_free_bytes${disks} ${String(40 * gibibyte * (1 - disk))}
node_filesystem_avail_bytes${disks} ${String(40 * gibibyte * (1 - disk))}
node_filesystem_files${disks} 2.56e+06
node_filesystem_files_free${disks} 2.5e+06
node_filesystem_readonly${disks} 0
node_filesystem_device_error${disks} 0
dockhero_container_memory_usage_bytes${web} ${String(4 * gibibyte * memory * 0.8)}
dockhero_container_memory_limit_bytes${web} ${String(3 * gibibyte)}
dockhero_container_cpu_seconds_total${web} 12.5
dockhero_container_healthy${web} ${isHealthy ? '1' : '0'}
dockhero_workload_starts_total{workload="web"} ${String(starts)}
dockhero_workload_failures_total{workload="web"} 0
dockhero_workload_oom_kills_total{workload="web"} ${String(oomKills)}
dockhero_volume_disk_bytes{volume="data"} 123456
dockhero_reclaimable_bytes{kind="images"} 1000
dockhero_reclaimable_bytes{kind="build_cache"} 2000
dockhero_certificate_expiry_time_seconds 4070908800
dockhero_agent_info{version="0.1.0",sha256="abc"} 1
process_start_time_seconds 1700000000.5
`;
}
