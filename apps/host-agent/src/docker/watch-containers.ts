import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cgroups } from '../collect/cgroups.js';
import type { KernelLog } from '../collect/kernel-log.js';
import { reasonOf, type Log } from '../log.js';
import { readState, writeState } from '../state-file.js';
import { parseContainerEvent, type ContainerEvent } from './container-event.js';
import { ContainerLedger } from './container-ledger.js';
import type { DockerApi } from './docker-api.js';
import { listContainers, wasOomKilled, type Container } from './list-containers.js';
import { fieldsOf, textOf } from './read-json.js';
import { WorkloadCounters } from './workload-counters.js';

const listEveryMs = 60_000;
/** After an event; more of them within it share one list. */
const listSoonMs = 500;
const oomLookEveryMs = 5_000;
const backOffMs = { least: 1_000, most: 30_000 };
const clockSlackMs = 60_000;
const bells = new Set(['create', 'start', 'die', 'destroy', 'rename', 'health_status', 'pause', 'unpause']);

export interface WatchContext {
  readonly docker: DockerApi;
  readonly cgroups: Cgroups;
  readonly kernelLog: KernelLog;
  readonly stateDir: string;
  readonly hostIndex: number;
  readonly log: Log;
}

/** Keeps the list of containers and the counters of workloads current. */
export class ContainerWatch {
  readonly counters: WorkloadCounters;
  #containers: readonly Container[] = [];
  readonly #ledger: ContainerLedger;
  readonly #stopping = new AbortController();
  readonly #file: string;
  /** Of the last event that was counted: the next stream begins behind it, also after a restart of the agent. */
  #lastEventNano: string;
  #nextList: NodeJS.Timeout | null = null;
  #isListing = false;
  #isRingedWhileListing = false;
  readonly #ticks: NodeJS.Timeout[] = [];

  constructor(private readonly context: WatchContext) {
    this.#file = path.join(context.stateDir, 'counters.json');
    const saved = readState(this.#file);
    this.counters = new WorkloadCounters(saved);
    this.#ledger = new ContainerLedger(this.counters);
    const lastEvent = textOf(fieldsOf(saved).lastEventNano);
    // The clock counts whole milliseconds: what started in this one is told by the first list, and must not come again as an event.
    this.#lastEventNano = /^\d{1,20}$/.test(lastEvent) ? lastEvent : String(BigInt(Date.now() + 1) * 1_000_000n);
  }

  get containers(): readonly Container[] {
    return this.#containers;
  }

  /** The first list comes before the first event, so that what already runs is not taken for a start. */
  async start(): Promise<void> {
    this.context.kernelLog.open();
    await this.#list();
    void this.#followForever();
    this.#ticks.push(
      setInterval(() => void this.#list(), listEveryMs),
      setInterval(() => this.lookForOomKills(), oomLookEveryMs),
    );
  }

  stop(): void {
    this.#stopping.abort();
    for (const tick of this.#ticks) clearInterval(tick);
    if (this.#nextList) clearTimeout(this.#nextList);
    this.context.kernelLog.close();
    this.#save();
  }

  /** Reads the kernel's counters of everything that runs, and its log. */
  lookForOomKills(): void {
    const now = Date.now();
    for (const container of this.#containers) {
      const kills = container.isRunning ? this.context.cgroups.containerOomKills(container.id) : null;
      if (typeof kills === 'number') this.#ledger.takeOomKills(container, kills, now);
    }
    // After the counters: what they tell of is written by now.
    this.context.kernelLog.read(now);
    this.#save();
  }

  async #list(): Promise<void> {
    if (this.#isListing) {
      this.#isRingedWhileListing = true;
      return;
    }
    this.#isListing = true;
    try {
      this.#containers = await listContainers(this.context.docker, this.context.hostIndex);
      const now = Date.now();
      this.#ledger.takeList(this.#containers, now);
      this.counters.forget(now);
      this.lookForOomKills();
    } catch (error) {
      this.context.log(`containers cannot be listed: ${reasonOf(error)}`);
    } finally {
      this.#isListing = false;
    }
    if (this.#isRingedWhileListing) this.#listSoon();
    this.#isRingedWhileListing = false;
  }

  #listSoon(): void {
    if (this.#nextList || this.#stopping.signal.aborted) return;
    this.#nextList = setTimeout(() => {
      this.#nextList = null;
      void this.#list();
    }, listSoonMs);
  }

  async #followForever(): Promise<void> {
    const { signal } = this.#stopping;
    let waitMs = backOffMs.least;
    while (!signal.aborted) {
      const startedAt = Date.now();
      try {
        await this.context.docker.follow(eventsPath(this.#lastEventNano), signal, (event) => this.#take(event));
      } catch (error) {
        if (!signal.aborted) this.context.log(`Docker's events broke off: ${reasonOf(error)}`);
      }
      waitMs = Date.now() - startedAt > backOffMs.most ? backOffMs.least : Math.min(waitMs * 2, backOffMs.most);
      await sleep(waitMs, undefined, { signal }).catch(() => undefined);
      this.#listSoon();
    }
  }

  #take(line: unknown): void {
    const event = parseContainerEvent(line, this.context.hostIndex);
    if (!event || !this.#isNew(event)) return;
    this.#lastEventNano = event.timeNano;
    if (event.action === 'oom') this.lookForOomKills();
    const killAt = event.action === 'die' ? this.#takeKill(event.id) : null;
    if (this.#ledger.takeEvent(event, Date.now(), killAt) === 'suspect') void this.#confirmOomKill(event);
    if (bells.has(event.action)) this.#listSoon();
    this.#save();
  }

  #takeKill(id: string): number | null {
    const { kernelLog } = this.context;
    kernelLog.read(Date.now());
    return kernelLog.takeKill(id);
  }

  /** A new stream repeats the last event. A host's clock that was ahead and has been set right must not make all events old. */
  #isNew({ timeNano }: ContainerEvent): boolean {
    const isAhead = BigInt(this.#lastEventNano) > BigInt(Date.now() + clockSlackMs) * 1_000_000n;
    return isAhead || BigInt(timeNano) > BigInt(this.#lastEventNano);
  }

  async #confirmOomKill({ id, workload }: ContainerEvent): Promise<void> {
    if (!(await wasOomKilled(this.context.docker, id))) return;
    this.counters.count(workload, 'oomKills', Date.now());
    this.#save();
  }

  #save(): void {
    if (!this.counters.takeChange()) return;
    try {
      writeState(this.#file, { ...this.counters.toState(), lastEventNano: this.#lastEventNano });
    } catch (error) {
      this.context.log(`counters cannot be kept: ${reasonOf(error)}`);
    }
  }
}

/** The health checks' own `exec_*` events, several a minute and container, are left out. */
function eventsPath(sinceNano: string): string {
  const filters = encodeURIComponent(JSON.stringify({ type: ['container'], event: [...bells, 'oom'] }));
  const digits = sinceNano.padStart(10, '0');
  return `/events?since=${digits.slice(0, -9)}.${digits.slice(-9)}&filters=${filters}`;
}
