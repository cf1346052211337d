export interface MachineLimits {
  memoryMiB: number;
  /** 100 is one core. */
  cpuPercent: number;
}

/** Limits for what runs in an instance, and the list of its processes: whatever a container inside does, it stays in here. */
export interface Cgroups {
  readonly version: 1 | 2;
  /** Makes the instance's groups with their limits. @returns directories whose `cgroup.procs` the instance's first process must join. */
  create(id: string, limits: MachineLimits): Promise<string[]>;
  /** Moves the processes that watch over the instance out of its root; called between its first process's birth and systemd's start. */
  settle(id: string, watcherPids: number[]): Promise<void>;
  /** Every process of one instance, containers included; of all instances without `id`. */
  processes(id?: string): Promise<number[]>;
  /** Removes the empty groups of one instance, or everything of this local cloud. Missing is success. */
  remove(id?: string): Promise<void>;
}

export interface CgroupMount {
  dir: string;
  /** v1: its controllers, such as ['cpu', 'cpuacct'] or ['name=systemd']; v2: empty. */
  controllers: string[];
}
