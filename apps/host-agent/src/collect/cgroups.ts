import { existsSync } from 'node:fs';
import path from 'node:path';
import { readMemoryV1, readMemoryV2, type CgroupMemory } from './cgroup-memory.js';
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
    return this.#isV2 ? readMemoryV2(this.root) : readMemoryV1(path.join(this.root, 'memory'), this.#vmstat());
  }

  /** @returns null when the container has no group: it has ended, or lies where we do not look (`cgroup_parent`). */
  containerMemory(id: string): CgroupMemory | null {
    for (const place of places(id)) {
      const memory = this.#isV2
        ? readMemoryV2(path.join(this.root, place))
        : readMemoryV1(path.join(this.root, 'memory', place), this.#vmstat());
      if (memory) return memory;
    }
    return null;
  }

  containerCpuSeconds(id: string): number | null {
    for (const place of places(id)) {
      const seconds = this.#isV2 ? this.#cpuV2(place) : this.#cpuV1(place);
      if (seconds !== null) return seconds;
    }
    return null;
  }

  #cpuV2(place: string): number | null {
    const usec = parseKeyedNumbers(readKernelFile(path.join(this.root, place, 'cpu.stat')) ?? '').get('usage_usec');
    return usec === undefined ? null : usec / 1e6;
  }

  #cpuV1(place: string): number | null {
    for (const hierarchy of ['cpuacct', 'cpu,cpuacct']) {
      const nanoseconds = readKernelNumber(path.join(this.root, hierarchy, place, 'cpuacct.usage'));
      if (nanoseconds !== null) return nanoseconds / 1e9;
    }
    return null;
  }

  #vmstat(): Map<string, number> {
    return parseKeyedNumbers(readKernelFile(path.join(this.procDir, 'vmstat')) ?? '');
  }
}

/** Docker's cgroupfs driver and its systemd driver. */
function places(id: string): string[] {
  return [path.join('docker', id), path.join('system.slice', `docker-${id}.scope`)];
}
