import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { AgentVolume } from '@dockhero/contracts/agent-volumes';
import { fieldsOf, textOf } from '../docker/read-json.js';
import { reasonOf, type Log } from '../log.js';
import { readState } from '../state-file.js';
import { parseAgentVolume } from './parse-agent-volume.js';

export interface VolumeRecord {
  readonly volume: AgentVolume;
  /** The EBS volume that is ours to mount without asking: attached for us and not given back since. Outlives restarts and boots. */
  readonly held: string | null;
}

/**
 * What this host knows of the cluster's volumes, one file each: so that Docker gets an answer at once, whatever the network does. A file
 * that is damaged counts as none.
 */
export class Records {
  readonly #all = new Map<string, VolumeRecord>();

  constructor(
    private readonly dir: string,
    private readonly log: Log,
  ) {}

  load(): void {
    mkdirSync(this.dir, { recursive: true, mode: 0o700 });
    for (const file of readdirSync(this.dir)) {
      if (!file.endsWith('.json')) continue;
      try {
        const found = fieldsOf(readState(path.join(this.dir, file)));
        const record = { volume: parseAgentVolume(found.volume), held: textOf(found.held) || null };
        if (`${record.volume.name}.json` === file) this.#all.set(record.volume.name, record);
      } catch (error) {
        this.log(`the record ${file} is not used: ${reasonOf(error)}`);
      }
    }
  }

  all(): VolumeRecord[] {
    return [...this.#all.values()];
  }

  find(name: string): VolumeRecord | null {
    return this.#all.get(name) ?? null;
  }

  findById(id: string): VolumeRecord | null {
    return this.all().find(({ volume }) => volume.id === id) ?? null;
  }

  /** On the disk when it returns, if the disk is not full: what we hold is then asked for again after a restart. */
  put(record: VolumeRecord): void {
    this.#all.set(record.volume.name, record);
    const file = this.#file(record.volume.name);
    try {
      writeFileSync(`${file}.new`, JSON.stringify(record), { mode: 0o600 });
      const handle = openSync(`${file}.new`, 'r');
      fsyncSync(handle);
      closeSync(handle);
      renameSync(`${file}.new`, file);
      this.#syncDir();
    } catch (error) {
      // An older one must not say that we hold what we gave back. Removing works on a full disk.
      rmSync(file, { force: true });
      rmSync(`${file}.new`, { force: true });
      this.log(`the record of volume ${record.volume.name} could not be written: ${reasonOf(error)}`);
    }
  }

  remove(name: string): void {
    this.#all.delete(name);
    rmSync(this.#file(name), { force: true });
  }

  #file(name: string): string {
    return path.join(this.dir, `${name}.json`);
  }

  #syncDir(): void {
    const handle = openSync(this.dir, 'r');
    fsyncSync(handle);
    closeSync(handle);
  }
}
