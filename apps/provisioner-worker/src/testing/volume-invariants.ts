import type { World } from './world.js';

/** What must never be, at whatever moment one looks. The block numbered 1 of each disk is what its containers have written last. */
export class VolumeInvariants {
  readonly #deleted = new Set<string>();

  constructor(private readonly world: World) {}

  /** @throws Error that says what is wrong. */
  check(): void {
    const { ebs, mounts } = this.world;
    // Two writers, force against a running machine, and a disk pulled from under a mounted file system.
    const wrong = [...ebs.violations, ...mounts.violations];
    const busy = ebs.alive().filter(({ attachment }) => attachment?.state === 'busy');
    if (wrong.length > 0 || busy.length > 0) throw new Error(`never: ${wrong.join()} ${busy.map(({ id }) => `${id} is busy`).join()}`);
    const attached = ebs.alive().filter(({ attachment }) => attachment !== null);
    const generations = attached.map(({ spec }) => spec.generation);
    if (new Set(generations).size < generations.length) throw new Error('never: two disks of one generation are attached');
    this.#assertSaved();
  }

  /** What a deleted disk held last, is in a snapshot of it. */
  #assertSaved(): void {
    const { ebs } = this.world;
    for (const { id, content, deletedAt } of ebs.disks) {
      if (deletedAt === null || this.#deleted.has(id)) continue;
      this.#deleted.add(id);
      const held = content.get(1)?.toString();
      const isSaved = ebs.snapshots.some((snapshot) => snapshot.diskId === id && snapshot.content.get(1)?.toString() === held);
      if (held !== undefined && !isSaved) throw new Error(`never: ${id} was deleted, and what it held is in no snapshot`);
    }
  }
}
