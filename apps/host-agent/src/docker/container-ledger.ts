import type { ContainerEvent } from './container-event.js';
import type { Container } from './list-containers.js';
import { OomLedger } from './oom-ledger.js';
import type { WorkloadCounters } from './workload-counters.js';

/** A list and an event of the same change arrive in any order: a difference counts only when it was already there this long ago. */
const settledMs = 5_000;

interface Known {
  isRunning: boolean;
  /** Since when the list has been saying otherwise; null: it agrees. */
  differsSince: number | null;
}

/** Turns what Docker tells into counts. Events count; the list finds what no event told (the stream was cut, Docker forgot). */
export class ContainerLedger {
  readonly oom = new OomLedger();
  readonly #known = new Map<string, Known>();
  #hasList = false;

  constructor(private readonly counters: WorkloadCounters) {}

  /**
   * @param killAt of a death, when the kernel's log named the container; milliseconds as `now`.
   * @returns whether a death must be looked at: `wasOomKilled` decides whether it is counted as an OOM kill.
   */
  takeEvent({ id, workload, action, exitCode }: ContainerEvent, now: number, killAt: number | null = null): 'suspect' | null {
    if (action === 'start') {
      this.#known.set(id, { isRunning: true, differsSince: null });
      this.oom.noteStart(id);
      this.counters.count(workload, 'starts', now);
    } else if (action === 'oom') {
      return this.oom.noteOomEvent(id, now) ? 'suspect' : null;
    } else if (action === 'die') {
      this.#known.set(id, { isRunning: false, differsSince: null });
      if (exitCode !== null && exitCode !== 0) this.counters.count(workload, 'failures', now);
      const verdict = this.oom.judgeDeath(id, exitCode, now, killAt);
      if (verdict === 'suspect') return verdict;
      if (verdict === 'killed') this.counters.count(workload, 'oomKills', now);
    }
    return null;
  }

  takeList(containers: readonly Container[], now: number): void {
    for (const container of containers) {
      if (container.isRunning) this.counters.see(container.workload, now);
      const known = this.#known.get(container.id);
      if (known) this.#compare(container, known, now);
      // What ran before our first look was started before our time. Later ones were either told by an event or will be counted in a moment.
      else
        this.#known.set(container.id, {
          isRunning: this.#hasList ? false : container.isRunning,
          differsSince: this.#hasList && container.isRunning ? now : null,
        });
    }
    const ids = new Set(containers.map(({ id }) => id));
    for (const id of this.#known.keys()) if (!ids.has(id)) this.#known.delete(id);
    this.oom.keep(ids);
    this.#hasList = true;
  }

  /** What the kernel counted in a container that runs. */
  takeOomKills({ id, workload }: Container, kills: number, now: number): void {
    this.counters.count(workload, 'oomKills', now, this.oom.noteCounter(id, kills, now));
  }

  #compare(container: Container, known: Known, now: number): void {
    if (container.isRunning === known.isRunning) {
      known.differsSince = null;
    } else if (known.differsSince === null) {
      known.differsSince = now;
    } else if (now - known.differsSince >= settledMs) {
      if (container.isRunning) this.counters.count(container.workload, 'starts', now);
      else if (container.exitCode) this.counters.count(container.workload, 'failures', now);
      this.#known.set(container.id, { isRunning: container.isRunning, differsSince: null });
    }
  }
}
