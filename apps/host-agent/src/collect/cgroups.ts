import { existsSync } from 'node:fs';
import path from 'node:path';
import { readMemoryV1, readMemoryV2, readOomKills, type CgroupMemory } from './cgroup-memory.js';
import { parseKeyedNumbers, readKernelFile, readKernelNumber } from './read-kernel-file.js';

/** The control groups of a host, version 1 or 2 behind one face. */
export class Cgroups {
  readonly #isV2: boolean;

  /** @param root /sys/fs/cgroup, as the host sees it: the root of its own namespace. */
  constructor(
    private readonly root: string,
    private readonly procDir: string,
  ) {
    // With both mounted (hybrid), the controllers are in version 1's folders.
    this.#isV2 = existsSync(path.join(root, 'cgroup.controllers'));
  }

  /** The host itself; null when nothing limits or counts it (a machine of its own). */
  hostMemory(): CgroupMemory | null {
    return this.#memoryOf(this.#isV2 ? this.root : path.join(this.root, 'memory'));
  }

  /** @returns null when the container has no group: it has ended, or lies where we do not look (`cgroup_parent`). */
  containerMemory(id: string): CgroupMemory | null {
    const dir = this.#find(this.#isV2 ? [''] : ['memory'], id);
    return dir === null ? null : this.#memoryOf(dir);
  }

  /** The part of `containerMemory` that is asked often, by one file. */
  containerOomKills(id: string): number | null {
    const dir = this.#find(this.#isV2 ? [''] : ['memory'], id);
    return dir === null ? null : readOomKills(path.join(dir, this.#isV2 ? 'memory.events' : 'memory.oom_control'));
  }

  containerCpuSeconds(id: string): number | null {
    const dir = this.#find(this.#isV2 ? [''] : ['cpuacct', 'cpu,cpuacct'], id);
    if (dir === null) return null;
    if (!this.#isV2) {
      const nanoseconds = readKernelNumber(path.join(dir, 'cpuacct.usage'));
      return nanoseconds === null ? null : nanoseconds / 1e9;
    }
    const microseconds = parseKeyedNumbers(readKernelFile(path.join(dir, 'cpu.stat')) ?? '').get('usage_usec');
    return microseconds === undefined ? null : microseconds / 1e6;
  }

  #memoryOf(dir: string): CgroupMemory | null {
    if (this.#isV2) return readMemoryV2(dir);
    return readMemoryV1(dir, () => parseKeyedNumbers(readKernelFile(path.join(this.procDir, 'vmstat')) ?? ''));
  }

  /** Docker's cgroupfs driver and its systemd driver. Looked for without an exception: those cost, and a host has many containers. */
  #find(hierarchies: readonly string[], id: string): string | null {
    for (const hierarchy of hierarchies) {
      for (const place of [`docker/${id}`, `system.slice/docker-${id}.scope`]) {
        const dir = path.join(this.root, hierarchy, place);
        if (existsSync(dir)) return dir;
      }
    }
    return null;
  }
}
