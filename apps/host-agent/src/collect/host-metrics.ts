import path from 'node:path';
import type { Cgroups } from './cgroups.js';
import { parseCpuStat } from './cpu.js';
import type { Exposition } from './exposition.js';
import type { MeasuredMount } from './file-systems.js';
import { parseLoad } from './load.js';
import { parseMeminfo } from './meminfo.js';
import { memoryTruth, type MemoryTruth } from './memory-truth.js';
import { parseNetDev } from './network.js';
import { parsePressure } from './pressure.js';
import { parseKeyedNumbers, readKernelFile } from './read-kernel-file.js';

const memoryFields = ['MemTotal', 'MemFree', 'MemAvailable', 'Buffers', 'Cached', 'SReclaimable', 'Shmem', 'SwapTotal', 'SwapFree'];

/** Reads /proc and writes what it says under node_exporter's names. What this kernel does not have is left out. */
export function addHostMetrics(text: Exposition, procDir: string, cgroups: Cgroups): void {
  const read = (name: string): string => readKernelFile(path.join(procDir, name)) ?? '';
  addMemory(text, read('meminfo'), cgroups);
  const { cpus, bootTime } = parseCpuStat(read('stat'));
  for (const { cpu, mode, seconds } of cpus) text.counter('node_cpu_seconds_total', seconds, { cpu, mode });
  text.gauge('node_boot_time_seconds', bootTime);
  text.gauge('node_time_seconds', Date.now() / 1000);
  const load = parseLoad(read('loadavg'));
  for (const [at, minutes] of [1, 5, 15].entries()) text.gauge(`node_load${minutes}`, load?.[at] ?? null);
  for (const { device, receivedBytes, sentBytes } of parseNetDev(read('net/dev'))) {
    text.counter('node_network_receive_bytes_total', receivedBytes, { device });
    text.counter('node_network_transmit_bytes_total', sentBytes, { device });
  }
  const vmstat = parseKeyedNumbers(read('vmstat'));
  for (const name of ['oom_kill', 'pgmajfault']) text.counter(`node_vmstat_${name}`, vmstat.get(name) ?? null);
  const pressure = parsePressure(read('pressure/memory'));
  text.counter('node_pressure_memory_waiting_seconds_total', pressure.waitingSeconds);
  text.counter('node_pressure_memory_stalled_seconds_total', pressure.stalledSeconds);
}

function addMemory(text: Exposition, meminfoText: string, cgroups: Cgroups): void {
  const meminfo = parseMeminfo(meminfoText);
  for (const field of memoryFields) text.gauge(`node_memory_${field}_bytes`, meminfo.get(field) ?? null);
  const truth = memoryTruth(meminfo, cgroups.hostMemory());
  text.gauge('dockhero_memory_total_bytes', truth?.totalBytes ?? null);
  text.gauge('dockhero_memory_available_bytes', truth?.availableBytes ?? null);
}

/** The part that is looked at each second. @returns null when it cannot be read. */
export function readMemory(procDir: string, cgroups: Cgroups): MemoryTruth | null {
  return memoryTruth(parseMeminfo(readKernelFile(path.join(procDir, 'meminfo')) ?? ''), cgroups.hostMemory());
}

/** A mount that does not answer has only its error. */
export function addFileSystemMetrics(text: Exposition, mounts: readonly MeasuredMount[]): void {
  for (const { device, fstype, mountpoint, isReadOnly, figures } of mounts) {
    const labels = { device, fstype, mountpoint };
    text.gauge('node_filesystem_device_error', figures ? 0 : 1, labels);
    text.gauge('node_filesystem_readonly', isReadOnly ? 1 : 0, labels);
    text.gauge('node_filesystem_size_bytes', figures?.sizeBytes ?? null, labels);
    text.gauge('node_filesystem_free_bytes', figures?.freeBytes ?? null, labels);
    text.gauge('node_filesystem_avail_bytes', figures?.availableBytes ?? null, labels);
    text.gauge('node_filesystem_files', figures?.files ?? null, labels);
    text.gauge('node_filesystem_files_free', figures?.filesFree ?? null, labels);
  }
}
