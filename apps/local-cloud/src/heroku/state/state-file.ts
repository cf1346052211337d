import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { SavedState } from './records.js';

/** Changes within this time are written together, in milliseconds; longer while writing is slow, so that it takes a tenth of our time. */
const gatherMsMin = 100;
const gatherPerWrite = 10;

/**
 * One JSON file that always holds a whole state: it is written beside and renamed. Mode 600, since grants and tokens are in it.
 * Writes never overlap; a change during a write causes one more.
 */
export class StateFile {
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #dirty = false;
  #gatherMs = gatherMsMin;

  constructor(
    readonly path: string,
    private readonly read: () => SavedState,
    private readonly onError: (error: unknown) => void,
  ) {}

  /** @throws when the file is there but not ours: a damaged state is never overwritten silently. */
  async load(): Promise<SavedState | null> {
    await mkdir(dirname(this.path), { recursive: true });
    const text = await readFile(this.path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    if (text === null) return null;
    const state = JSON.parse(text) as SavedState;
    if (state.version !== 1) throw new Error(`${this.path} has version ${String(state.version)}, expected 1; remove it to start anew`);
    return state;
  }

  /** Asks for the state to be written soon. */
  save(): void {
    this.#dirty = true;
    this.#timer ??= setTimeout(() => void this.flush().catch(this.onError), this.#gatherMs);
  }

  /** Writes what is unwritten and returns when it is on disk. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const write = this.#writing.then(() => this.#write());
    this.#writing = write.catch(() => undefined);
    await write;
  }

  async #write(): Promise<void> {
    if (!this.#dirty) return;
    this.#dirty = false;
    const startedAt = performance.now();
    await writeFile(`${this.path}.new`, JSON.stringify(this.read()), { mode: 0o600 });
    await rename(`${this.path}.new`, this.path);
    this.#gatherMs = Math.max(gatherMsMin, gatherPerWrite * (performance.now() - startedAt));
  }
}
