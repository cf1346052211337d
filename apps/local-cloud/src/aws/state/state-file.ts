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
    // Files from before there were snapshots have none.
    return { ...emptyState(), ...state };
  }

  save(state: CloudState): void {
    const next = `${this.file}.next`;
    writeFileSync(next, JSON.stringify(state, null, 1), { mode: 0o600 }); // user data may hold secrets of a test
    renameSync(next, this.file);
  }
}
