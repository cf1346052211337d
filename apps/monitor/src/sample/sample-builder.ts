import { adjustableRules } from '@dockhero/domain/monitoring/alert-settings';
import type { ContainerSample, FileSystemSample, HostSample, LowestRatio, WorkloadSample } from '@dockhero/domain/monitoring/host-sample';

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };
type Labels = Readonly<Record<string, string>>;
type Take = (builder: SampleBuilder, value: number, labels: Labels) => void;

/** Ran for each metric that a sample is made of, in whatever order they come. */
export const wantedMetrics: ReadonlyMap<string, Take> = new Map<string, Take>([
  ['dockhero_memory_total_bytes', (builder, value) => (builder.memoryTotalBytes = value)],
  ['dockhero_memory_available_bytes', (builder, value) => (builder.memoryAvailableBytes = value)],
  ['node_load1', (builder, value) => (builder.load1 = value)],
  ['node_cpu_seconds_total', (builder, value, { mode }) => builder.addCpu(value, mode)],
  ['node_network_receive_bytes_total', (builder, value) => (builder.receivedBytes += value)],
  ['node_network_transmit_bytes_total', (builder, value) => (builder.sentBytes += value)],
  ['node_filesystem_size_bytes', (builder, value, labels) => (builder.fileSystem(labels).sizeBytes = value)],
  ['node_filesystem_free_bytes', (builder, value, labels) => (builder.fileSystem(labels).freeBytes = value)],
  ['node_filesystem_avail_bytes', (builder, value, labels) => (builder.fileSystem(labels).availableBytes = value)],
  ['node_filesystem_files', (builder, value, labels) => (builder.fileSystem(labels).files = value)],
  ['node_filesystem_files_free', (builder, value, labels) => (builder.fileSystem(labels).filesFree = value)],
  ['node_filesystem_readonly', (builder, value, labels) => (builder.fileSystem(labels).isReadOnly = value !== 0)],
  ['node_filesystem_device_error', (builder, value, labels) => (builder.fileSystem(labels).isStuck = value !== 0)],
  ['dockhero_container_memory_usage_bytes', (builder, value, labels) => (builder.container(labels).memoryBytes = value)],
  ['dockhero_container_memory_limit_bytes', (builder, value, labels) => (builder.container(labels).memoryLimitBytes = value)],
  ['dockhero_container_cpu_seconds_total', (builder, value, labels) => (builder.container(labels).cpuSeconds = value)],
  ['dockhero_container_disk_bytes', (builder, value, labels) => (builder.container(labels).diskBytes = value)],
  ['dockhero_container_healthy', (builder, value, labels) => (builder.container(labels).isHealthy = value !== 0)],
  ['dockhero_workload_starts_total', (builder, value, labels) => (builder.workload(labels).starts = value)],
  ['dockhero_workload_failures_total', (builder, value, labels) => (builder.workload(labels).failures = value)],
  ['dockhero_workload_oom_kills_total', (builder, value, labels) => (builder.workload(labels).oomKills = value)],
  ['dockhero_volume_disk_bytes', (builder, value, { volume }) => builder.volumes.push({ name: named('volume', volume), bytes: value })],
  ['dockhero_reclaimable_bytes', (builder, value) => (builder.reclaimableBytes += value)],
  ['dockhero_used_ratio_lowest', (builder, value, labels) => builder.addLowest(value, labels)],
  ['dockhero_certificate_expiry_time_seconds', (builder, value) => (builder.certificateExpiresAt = fromSeconds(value))],
  ['dockhero_agent_info', (builder, _, { version = '', sha256 = '' }) => (builder.agent = { version, sha256 })],
  ['process_start_time_seconds', (builder, value) => (builder.agentStartedAt = fromSeconds(value))],
]);

/** Twelve windows of two rules on eighty file systems. */
const lowestMax = 2_000;

/** Time that a virtual machine's guests spend is counted under `user` and `nice` already. */
const modesCountedTwice = new Set(['guest', 'guest_nice']);
const idleModes = new Set(['idle', 'iowait']);

/** Collects the lines of one answer. */
export class SampleBuilder {
  memoryTotalBytes = Number.NaN;
  memoryAvailableBytes = Number.NaN;
  load1 = Number.NaN;
  receivedBytes = 0;
  sentBytes = 0;
  reclaimableBytes = 0;
  certificateExpiresAt: Date | null = null;
  agent: { version: string; sha256: string } | null = null;
  agentStartedAt: Date | null = null;
  readonly volumes: { name: string; bytes: number }[] = [];
  readonly #lowest: LowestRatio[] = [];
  #cpus = 0;
  #cpuSeconds = 0;
  #idleSeconds = 0;
  readonly #fileSystems = new Map<string, Writable<FileSystemSample>>();
  readonly #containers = new Map<string, Writable<ContainerSample>>();
  readonly #workloads = new Map<string, Writable<WorkloadSample>>();

  addCpu(seconds: number, mode = ''): void {
    if (modesCountedTwice.has(mode)) return;
    this.#cpuSeconds += seconds;
    if (idleModes.has(mode)) this.#idleSeconds += seconds;
    if (mode === 'idle') this.#cpus += 1;
  }

  /** Of rules and windows that this release knows nothing of, nothing is kept. */
  addLowest(ratio: number, { rule, object, seconds }: Labels): void {
    const known = adjustableRules.find((name) => name === rule);
    const length = Number(seconds);
    if (known && length > 0 && this.#lowest.length < lowestMax)
      this.#lowest.push({ rule: known, object: named('object', object), seconds: length, ratio });
  }

  fileSystem({ mountpoint }: Labels): Writable<FileSystemSample> {
    return found(this.#fileSystems, named('mountpoint', mountpoint), (name) => ({
      mountpoint: name,
      sizeBytes: Number.NaN,
      freeBytes: Number.NaN,
      availableBytes: Number.NaN,
      files: 0,
      filesFree: 0,
      isReadOnly: false,
      isStuck: false,
    }));
  }

  container({ container, workload }: Labels): Writable<ContainerSample> {
    return found(this.#containers, named('container', container), (name) => ({
      name,
      workload: workload ?? name,
      memoryBytes: Number.NaN,
      memoryLimitBytes: null,
      cpuSeconds: Number.NaN,
      diskBytes: null,
      isHealthy: null,
    }));
  }

  workload({ workload }: Labels): Writable<WorkloadSample> {
    return found(this.#workloads, named('workload', workload), (name) => ({ name, starts: 0, failures: 0, oomKills: 0 }));
  }

  /** @throws Error when something is missing that every host has. */
  build(at: Date): HostSample {
    const { memoryTotalBytes, memoryAvailableBytes, load1, agent } = this;
    if (!(memoryTotalBytes > 0 && memoryAvailableBytes >= 0)) throw new Error('the figures have no memory');
    if (this.#cpus === 0) throw new Error('the figures have no processor');
    if (Number.isNaN(load1)) throw new Error('the figures have no load');
    if (!agent) throw new Error('the figures do not say of which agent they are');
    return {
      at,
      memory: { totalBytes: memoryTotalBytes, availableBytes: Math.min(memoryAvailableBytes, memoryTotalBytes) },
      cpu: { count: this.#cpus, totalSeconds: this.#cpuSeconds, idleSeconds: this.#idleSeconds },
      load1,
      network: { receivedBytes: this.receivedBytes, sentBytes: this.sentBytes },
      fileSystems: [...this.#fileSystems.values()].map(completeFileSystem),
      containers: [...this.#containers.values()].flatMap(completeContainer),
      workloads: [...this.#workloads.values()],
      volumes: this.volumes,
      reclaimableBytes: this.reclaimableBytes,
      lowest: this.#lowest,
      certificateExpiresAt: this.certificateExpiresAt,
      agent: { ...agent, startedAt: this.agentStartedAt },
    };
  }
}

/** One that hangs gives no figures but its name. @throws Error when one that does not hang lacks some. */
function completeFileSystem(given: FileSystemSample): FileSystemSample {
  const { mountpoint, sizeBytes, freeBytes, availableBytes, isStuck } = given;
  if (isStuck) return { ...given, sizeBytes: 0, freeBytes: 0, availableBytes: 0 };
  if (Number.isNaN(sizeBytes + freeBytes + availableBytes)) throw new Error(`the figures of ${mountpoint} are not whole`);
  return given;
}

/** A container that has just gone may leave some of its lines: it is no longer there. */
function completeContainer(given: ContainerSample): ContainerSample[] {
  if (Number.isNaN(given.memoryBytes)) return [];
  return [Number.isNaN(given.cpuSeconds) ? { ...given, cpuSeconds: 0 } : given];
}

function found<Value>(map: Map<string, Value>, name: string, make: (name: string) => Value): Value {
  const known = map.get(name);
  if (known !== undefined) return known;
  const made = make(name);
  map.set(name, made);
  return made;
}

function named(label: string, value: string | undefined): string {
  if (value === undefined || value === '') throw new Error(`a figure without its ${label}`);
  return value;
}

function fromSeconds(seconds: number): Date {
  return new Date(seconds * 1_000);
}
