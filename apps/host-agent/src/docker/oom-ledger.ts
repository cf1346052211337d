/** A death and its OOM kill are told within this, in either order; what lies further apart has nothing to do with each other. */
const deathWindowMs = 5_000;

interface Known {
  /** The kernel's counter of the container's group, when it was last read. */
  kills: number;
  /** When Docker last said `oom`, when the counter last grew, and when it died by SIGKILL with nothing that tells whose. */
  eventAt: number;
  grewAt: number;
  diedAt: number;
}

const unknown: Readonly<Known> = { kills: Number.NaN, eventAt: -Infinity, grewAt: -Infinity, diedAt: -Infinity };

/**
 * Whose processes the kernel really killed. On version 1 an `oom` event of Docker reaches every container when the host's own group is full,
 * so it proves nothing: the container's own counter does, also for a child whose container lives on. A container that died has no group
 * any more; there the kernel's log proves it, and where that is silent (it leaves lines out when there are many), the event together with exit
 * code 137 makes a suspicion that Docker's inspection must confirm.
 */
export class OomLedger {
  readonly #known = new Map<string, Known>();

  /** @returns how many kills are new. The first reading only sets the mark: they were before our time, unless we saw the container start. */
  noteCounter(id: string, kills: number, now: number): number {
    const known = this.#known.get(id);
    if (!known) {
      this.#known.set(id, { ...unknown, kills });
      return 0;
    }
    // A counter that went back belongs to a new group under the old name.
    const grown = Number.isFinite(known.kills) ? (kills >= known.kills ? kills - known.kills : kills) : 0;
    known.kills = kills;
    if (grown > 0) known.grewAt = now;
    return grown;
  }

  noteStart(id: string): void {
    this.#known.set(id, { ...unknown, kills: 0 });
  }

  /** @returns whether it may explain a death that was told before it. */
  noteOomEvent(id: string, now: number): boolean {
    const known = this.#known.get(id) ?? { ...unknown };
    const explains = now - known.diedAt <= deathWindowMs;
    this.#known.set(id, { ...known, eventAt: now, diedAt: -Infinity });
    return explains;
  }

  /**
   * What a death was that has not been counted as an OOM kill.
   * @param killAt when the kernel's log named the container since its last end. All times in milliseconds.
   */
  judgeDeath(id: string, exitCode: number | null, now: number, killAt: number | null): 'killed' | 'suspect' | null {
    const known = this.#known.get(id) ?? { ...unknown };
    // Counter and log are read together: a kill that both tell of has one time.
    if (killAt !== null && killAt > known.grewAt && now - killAt <= deathWindowMs) return 'killed';
    if (exitCode !== 137 || now - known.grewAt <= deathWindowMs) return null;
    if (now - known.eventAt <= deathWindowMs) return known.eventAt - known.grewAt > deathWindowMs ? 'suspect' : null;
    this.#known.set(id, { ...known, diedAt: now });
    return null;
  }

  /** Keeps only containers that are there. */
  keep(ids: ReadonlySet<string>): void {
    for (const id of this.#known.keys()) if (!ids.has(id)) this.#known.delete(id);
  }
}
