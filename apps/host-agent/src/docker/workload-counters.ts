import { amountOf, fieldsOf, listOf, textOf } from './read-json.js';

export interface WorkloadCounts {
  readonly starts: number;
  readonly failures: number;
  readonly oomKills: number;
}

/** A workload that has not been seen for this long is forgotten: names of `docker run` are made up anew each time. */
const forgetAfterMs = 7 * 86_400_000;
const maxWorkloads = 1_000;

/** How often what happened to which workload. Kept over restarts of the agent, so that a counter never goes back. */
export class WorkloadCounters {
  readonly #counts = new Map<string, WorkloadCounts & { seenAt: number }>();
  #isChanged = false;

  /** @param saved what `toState` gave to an earlier agent, or anything. */
  constructor(saved: unknown) {
    for (const entry of listOf(fieldsOf(saved).workloads)) {
      const counts = { starts: amountOf(entry.starts), failures: amountOf(entry.failures), oomKills: amountOf(entry.oomKills) };
      this.#counts.set(textOf(entry.name), { ...counts, seenAt: amountOf(entry.seenAt) });
    }
  }

  /** Makes a workload known without counting: a counter must be there at 0 before it can be seen to grow. */
  see(workload: string, now: number): void {
    const known = this.#counts.get(workload);
    if (!known) this.#isChanged = true;
    this.#counts.set(workload, { starts: 0, failures: 0, oomKills: 0, ...known, seenAt: now });
  }

  count(workload: string, what: keyof WorkloadCounts, now: number, times = 1): void {
    if (times === 0) return;
    this.see(workload, now);
    const counts = this.#counts.get(workload);
    if (counts) this.#counts.set(workload, { ...counts, [what]: counts[what] + times });
    this.#isChanged = true;
  }

  entries(): [workload: string, WorkloadCounts][] {
    return [...this.#counts];
  }

  /** Drops what is long gone, and the longest gone when there are too many. */
  forget(now: number): void {
    // oxlint-disable-next-line unicorn/no-array-sort -- Node 18 has no toSorted, and this is a copy.
    const bySeen = [...this.#counts].sort(([, a], [, b]) => b.seenAt - a.seenAt);
    for (const [at, [workload, { seenAt }]] of bySeen.entries()) {
      if (at >= maxWorkloads || now - seenAt > forgetAfterMs) this.#counts.delete(workload);
    }
  }

  /** Whether there is anything new to write since the last call. */
  takeChange(): boolean {
    const isChanged = this.#isChanged;
    this.#isChanged = false;
    return isChanged;
  }

  toState(): object {
    return { workloads: [...this.#counts].map(([name, counts]) => ({ name, ...counts })) };
  }
}
