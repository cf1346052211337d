import { setTimeout as sleep } from 'node:timers/promises';
import type { AuditLog } from '@dockhero/database/audit-log';
import type { HostSource } from '@dockhero/database/host-source-store';
import type { LogCursor, LogCursorStore } from '@dockhero/database/log-cursor-store';
import type { ContainerSummary, ContainerWatch, EngineEvent } from '@dockhero/docker/container-watch';
import { containerName } from '@dockhero/domain/container-name';
import type { DockerConnection } from '@dockhero/domain/ports/docker-engine';
import type { Logger } from 'pino';
import type { AppLog } from '../deliver/app-log.js';
import type { DrainMetrics } from '../drain-metrics.js';
import { AuditFollower, ownLinesId } from './follow-audit.js';
import { ContainerFollower } from './follow-container.js';
import { eventLine } from './lifecycle-lines.js';
import { timeOf } from './log-time.js';
import type { OpeningTurns } from './opening-turns.js';
import { PreparedContainers, type Prepared } from './prepare-container.js';

const backoffMaxMs = 15_000;
/** Events may be lost: so all containers are looked at this often. */
const lookMs = 60_000;
/** Events come in swarms; one look serves many. */
const gatherMs = 50;
/** A host whose following begins was made a little before. */
const headStartMs = 600_000;
/** `dockhero.logs: "off"` keeps a container out of the app's log. */
const optOutLabel = 'dockhero.logs';

export interface HostServices {
  readonly audit: AuditLog;
  readonly watch: ContainerWatch;
  readonly connect: () => Promise<DockerConnection>;
  readonly cursors: LogCursorStore;
  readonly memberId: string;
  readonly log: AppLog;
  readonly metrics: DrainMetrics;
  readonly logger: Logger;
  readonly dockerPort: number | undefined;
  readonly turns: OpeningTurns;
}

/** Follows every container of one host. Docker's events are the doorbell, its list of containers is what counts. */
export class HostFollower {
  readonly #stopping = new AbortController();
  readonly #followers = new Map<string, ContainerFollower>();
  readonly #cursors = new Map<string, LogCursor>();
  readonly #done = new Set<string>();
  /** Containers that are gone, and since when that is known, in milliseconds. */
  readonly #gone = new Map<string, number>();
  readonly #prepared: PreparedContainers;
  #rung: (() => void) | null = null;
  #isRung = true;
  readonly #running: Promise<unknown>;

  constructor(
    readonly source: HostSource,
    /** When a process first had this host: containers from before are followed from then on. */
    private readonly followedSince: Date,
    private readonly services: HostServices,
  ) {
    this.#prepared = new PreparedContainers(services.watch, services.dockerPort);
    this.#running = this.#run();
  }

  get streams(): number {
    return this.#followers.size;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#rung?.();
    this.#prepared.clear();
    await this.#running;
    await Promise.all([...this.#followers.values()].map((follower) => follower.stop()));
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    await this.#retrying('cursors could not be read', async () => {
      const cursors = await this.services.cursors.read(this.source.hostId);
      for (const cursor of cursors) this.#cursors.set(cursor.containerId, cursor);
    });
    // Stopped before it was known what has been told.
    if (signal.aborted) return;
    const audit = this.#followAudit();
    const listening = this.#listen();
    while (!signal.aborted) {
      await this.#retrying('containers could not be listed', () => this.#look());
      await this.#ring();
    }
    await listening;
    await audit?.stop();
  }

  /** The resource's own lines go with its first host. */
  #followAudit(): AuditFollower | null {
    const { resourceId, hostId, hostIndex } = this.source;
    if (hostIndex !== 0) return null;
    const cursor = this.#cursors.get(ownLinesId) ?? null;
    this.#cursors.delete(ownLinesId);
    return new AuditFollower(resourceId, hostId, cursor, this.#headStart, this.services);
  }

  get #headStart(): Date {
    return new Date(this.followedSince.getTime() - headStartMs);
  }

  /** Follows the events for as long as we are asked to, and has everything looked at after each gap. */
  async #listen(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.#retrying('events broke off', async () => {
        const { watch, connect, turns } = this.services;
        await turns.during(signal, async (endTurn) => {
          const onOpen = (): void => {
            endTurn();
            this.#doorbell();
          };
          await watch.follow(await connect(), onOpen, (event) => this.#take(event), signal);
        });
      });
    }
  }

  #take(event: EngineEvent): void {
    if (event.type === 'container') this.#takeContainerEvent(event);
    const line = eventLine(event, (id) => this.#followers.get(id)?.process.slice('dockhero.'.length) ?? null);
    if (line) this.services.log.say(line.severity, line.text);
  }

  /**
   * A container that is removed when it ends takes its log along, perhaps a tenth of a second after its start: so it is followed at the event,
   * with what was looked up when it was created.
   */
  #takeContainerEvent({ id, action, attributes }: EngineEvent): void {
    if (attributes[optOutLabel] === 'off') return;
    if (action === 'create') this.#prepared.prepare(id, this.services.connect).catch(() => this.#prepared.forget(id));
    if (action === 'start' && !this.#followers.has(id)) {
      const container = { id, name: attributes['name'] ?? id.slice(0, 12), labels: attributes, isRunning: true };
      this.#follow(container, this.#prepared.take(id));
    }
    if (action === 'die') this.#followers.get(id)?.noteEnd(Number(attributes['exitCode'] ?? 0));
    if (action === 'destroy') this.#prepared.forget(id);
    this.#doorbell();
  }

  #doorbell(): void {
    this.#isRung = true;
    this.#rung?.();
  }

  async #ring(): Promise<void> {
    const { signal } = this.#stopping;
    if (!this.#isRung && !signal.aborted) {
      const timer = setTimeout(() => this.#doorbell(), lookMs);
      await new Promise<void>((resolve) => {
        this.#rung = resolve;
      });
      this.#rung = null;
      clearTimeout(timer);
    }
    this.#isRung = false;
    await sleep(gatherMs, undefined, { signal }).catch(() => {});
  }

  /** One look: whoever runs is followed, whoever has ended is read to its end, whoever is gone is forgotten. */
  async #look(): Promise<void> {
    const containers = (await this.#list()).filter(({ labels }) => labels[optOutLabel] !== 'off');
    for (const container of containers) {
      if (!this.#followers.has(container.id) && this.#isNews(container)) this.#follow(container);
    }
    const listed = new Set(containers.map(({ id }) => id));
    const gone = [...this.#cursors.keys()].filter((id) => !listed.has(id) && !this.#followers.has(id));
    for (const id of gone) this.#gone.set(id, Date.now());
    if (this.#gone.size > 0) await this.#forgetGone();
  }

  async #list(): Promise<ContainerSummary[]> {
    const { watch, connect, turns } = this.services;
    return await turns.during(this.#stopping.signal, async () => await watch.list(await connect()));
  }

  /** What the log still holds of a container has its position stored once more: until that is through, it is removed again at each look. */
  async #forgetGone(): Promise<void> {
    const { cursors, memberId, log } = this.services;
    const now = Date.now();
    const deliveredMs = now - log.lagSeconds(now) * 1_000;
    await cursors.forget(memberId, this.source.hostId, [...this.#gone.keys()]);
    for (const [id, sinceMs] of this.#gone) {
      this.#cursors.delete(id);
      if (sinceMs < deliveredMs) this.#gone.delete(id);
    }
  }

  /** A container that has ended is read once more when it is first seen; later only when it runs again. */
  #isNews({ id, isRunning }: ContainerSummary): boolean {
    return isRunning || !(this.#done.has(id) || this.#prepared.has(id));
  }

  #follow(container: ContainerSummary, prepared: Prepared | null = null): void {
    const { hostId, hostIndex } = this.source;
    const process = `dockhero.${containerName(container.name, container.labels, hostIndex).process}`;
    const cursor = this.#cursors.get(container.id) ?? null;
    const fromAt = timeOf(this.#headStart);
    const follower = new ContainerFollower(container, hostId, process, cursor, fromAt, prepared, this.services);
    this.#followers.set(container.id, follower);
    this.#done.delete(container.id);
    void this.#settle(follower);
  }

  async #settle(follower: ContainerFollower): Promise<void> {
    const { id } = follower.container;
    const end = await follower.ended;
    this.#followers.delete(id);
    // What it knows is newer than what was read from the database: it goes on from there when the container starts again.
    this.#cursors.set(id, follower.position().cursor);
    if (end === 'exited') this.#done.add(id);
    this.#doorbell();
  }

  async #retrying(what: string, work: () => Promise<void>): Promise<void> {
    const { signal } = this.#stopping;
    for (let failures = 0; !signal.aborted; failures += 1) {
      try {
        return await work();
      } catch (error) {
        if (signal.aborted) return;
        this.services.metrics.reconnects.inc({ why: 'host' });
        this.services.logger.info({ error, hostId: this.source.hostId, failures }, what);
        const waitMs = Math.min(backoffMaxMs, 500 * 2 ** Math.min(failures, 6)) * (0.5 + Math.random() / 2);
        await sleep(waitMs, undefined, { signal }).catch(() => {});
      }
    }
  }
}
