import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { emptyState, type CloudState } from './cloud-state.js';

/** One JSON file that is replaced as a whole: a crash leaves the state before or after a change, never between. */
export class StateFile {
  private readonly file: string;

  constructor(dataDir: string) {
    mkdirSync(dataDir, { recursive: true });
    this.file = path.join(dataDir, 'aws-state.json');
  }

  /** @throws Error when the file was written by another version of the local cloud: remove the data folder then. */
  load(): CloudState {
    if (!existsSync(this.file)) return emptyState();
    const state = JSON.parse(readFileSync(this.file, 'utf8')) as CloudState;
    if (state.version !== 1) throw new Error(`${this.file} has version ${String(state.version)}, not 1; remove it to start afresh`);
    return completed(state);
  }

  save(state: CloudState): void {
    const next = `${this.file}.next`;
    writeFileSync(next, JSON.stringify(state, null, 1), { mode: 0o600 }); // user data may hold secrets of a test
    renameSync(next, this.file);
  }
}

/** Files from before there was EBS know root volumes only, and less of them. */
function completed(state: CloudState): CloudState {
  for (const instance of Object.values(state.instances)) instance.spoiltDevices ??= [];
  for (const volume of Object.values(state.volumes)) {
    const earlier = { state: 'in-use', iops: null, throughput: null, snapshotId: null, lineage: volume.id, modifications: [] } as const;
    Object.assign(volume, { ...earlier, ...volume });
    const attached = { state: 'attached', force: false } as const;
    if (volume.attachment) volume.attachment = { ...attached, ...volume.attachment };
  }
  return { ...emptyState(), ...state };
}
