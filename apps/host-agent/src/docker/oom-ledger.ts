/** A death follows its OOM kill at once; an `oom` event that old was another's. */
const deathWindowMs = 5_000;

interface Known {
  /** The kernel's counter of the container's group, when it was last read. */
  kills: number;
  /** When Docker last said `oom`, and when the counter last grew. */
  eventAt: number;
  grewAt: number;
}

/**
 * Whose processes the kernel really killed. On version 1 an `oom` event of Docker reaches every container when the host's own group is full,
 * so it proves nothing: the container's own counter does, also for a child whose container lives on. A container that died has no group
 * any more; there the event together with exit code 137 makes a suspicion that Docker's inspection must confirm.
 */
export class OomLedger {
  readonly #known = new Map<string, Known>();

  /** @returns how many kills are new. The first reading only sets the mark: they were before our time, unless we saw the container start. */
  noteCounter(id: string, kills: number, now: number): number {
    const known = this.#known.get(id);
    if (!known) {
      this.#known.set(id, { kills, eventAt: -Infinity, grewAt: -Infinity });
      return 0;
    }
    // A counter that went back belongs to a new group under the old name.
    const grown = Number.isFinite(known.kills) ? (kills >= known.kills ? kills - known.kills : kills) : 0;
    known.kills = kills;
    if (grown > 0) known.grewAt = now;
    return grown;
  }

  noteStart(id: string): void {
    this.#known.set(id, { kills: 0, eventAt: -Infinity, grewAt: -Infinity });
  }

  noteOomEvent(id: string, now: number): void {
    const known = this.#known.get(id) ?? { kills: Number.NaN, eventAt: now, grewAt: -Infinity };
    this.#known.set(id, { ...known, eventAt: now });
  }

  /** Whether a death looks like an OOM kill that has not been counted. */
  isSuspect(id: string, exitCode: number | null, now: number): boolean {
    const known = this.#known.get(id);
    if (!known || exitCode !== 137 || now - known.eventAt > deathWindowMs) return false;
    return known.eventAt - known.grewAt > deathWindowMs && now - known.grewAt > deathWindowMs;
  }

  /** Keeps only containers that are there. */
  keep(ids: ReadonlySet<string>): void {
    for (const id of this.#known.keys()) if (!ids.has(id)) this.#known.delete(id);
  }
}
