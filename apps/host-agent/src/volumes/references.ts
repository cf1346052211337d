import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { amountOf, fieldsOf, textOf } from '../docker/read-json.js';
import { readState, writeState } from '../state-file.js';

export interface Reference {
  /** Docker's id of one mount. */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The dockerd that asked; null: not known. */
  readonly daemon: string | null;
}

/**
 * Who uses which volume, by Docker's ids of mounts. On a tmpfs, so that a boot clears them together with the mounts; after a crash of
 * dockerd some never get their Unmount, see reconcile.ts.
 */
export class References {
  readonly #all = new Map<string, Map<string, Reference>>();

  constructor(private readonly dir: string) {}

  load(): void {
    mkdirSync(this.dir, { recursive: true, mode: 0o700 });
    for (const file of readdirSync(this.dir)) {
      if (!file.endsWith('.json')) continue;
      const found = Object.entries(fieldsOf(readState(path.join(this.dir, file)))).map(([id, value]) => {
        const { at, daemon } = fieldsOf(value);
        return [id, { id, at: amountOf(at), daemon: textOf(daemon) || null }] as const;
      });
      if (found.length > 0) this.#all.set(file.slice(0, -'.json'.length), new Map(found));
    }
  }

  names(): string[] {
    return [...this.#all.keys()];
  }

  of(name: string): Reference[] {
    return [...(this.#all.get(name)?.values() ?? [])];
  }

  /** The same id again is the same use. */
  add(name: string, id: string, daemon: string | null): Reference {
    const reference = { id, at: Date.now(), daemon };
    const ids = this.#all.get(name) ?? new Map<string, Reference>();
    this.#all.set(name, ids.set(id, reference));
    this.#write(name);
    return reference;
  }

  /** An unknown id is no error. @param only if given, and the id stands for a later use, nothing happens. */
  remove(name: string, id: string, only?: Reference): void {
    const ids = this.#all.get(name);
    if (!ids || (only && ids.get(id) !== only)) return;
    ids.delete(id);
    if (ids.size === 0) this.#all.delete(name);
    this.#write(name);
  }

  #write(name: string): void {
    const file = path.join(this.dir, `${name}.json`);
    const ids = this.#all.get(name);
    if (ids) writeState(file, Object.fromEntries([...ids].map(([id, { at, daemon }]) => [id, { at, daemon }])));
    else rmSync(file, { force: true });
  }
}
