import { setTimeout as sleep } from 'node:timers/promises';
import type { LogDrainMembers } from '@dockhero/database/log-drain-members';
import type { LogLeaseStore } from '@dockhero/database/log-lease-store';
import type { LogSource, LogSourceStore } from '@dockhero/database/log-source-store';
import type { Logger } from 'pino';
import type { DrainMetrics } from '../drain-metrics.js';
import type { FollowedHosts } from './followed-hosts.js';
import { shareOf } from './share-hosts.js';

/** A member is dead, and its hosts are free, when it has not been heard of for this long. */
export const lifeMs = 9_000;
const beatMs = 2_000;
/** The list of all hosts is the costly part. */
const listEveryBeats = 2;

/**
 * Shares the hosts among the processes of the drain: each says that it lives, takes the leases of its share and follows those. No process
 * decides for another; the lease of a host is what counts, so two that disagree for a moment do not both write.
 */
export class HoldHosts {
  readonly #stopping = new AbortController();
  #sources: readonly LogSource[] = [];
  #heldUntilMs = 0;
  #running: Promise<void> = Promise.resolve();

  constructor(
    readonly memberId: string,
    private readonly members: LogDrainMembers,
    private readonly leases: LogLeaseStore,
    private readonly sources: LogSourceStore,
    private readonly hosts: FollowedHosts,
    private readonly metrics: DrainMetrics,
    private readonly logger: Logger,
  ) {}

  /** True while leases are being renewed. */
  get isAlive(): boolean {
    return performance.now() < this.#heldUntilMs;
  }

  async run(): Promise<void> {
    this.#running = this.#run();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    for (let beat = 0; !signal.aborted; beat += 1) {
      try {
        if (beat % listEveryBeats === 0) this.#sources = await this.sources.list();
        await this.#beat();
      } catch (error) {
        this.logger.warn({ error }, 'leases could not be renewed');
        if (!this.isAlive) await this.hosts.keep([]);
      }
      await sleep(beatMs, undefined, { signal }).catch(() => {});
    }
  }

  /** Gives the hosts to the others at once. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    // A beat that is under way would follow hosts again.
    await this.#running;
    const held = this.hosts.hostIds;
    await this.hosts.keep([]);
    await this.leases.release(this.memberId, held);
    await this.members.leave(this.memberId);
  }

  async #beat(): Promise<void> {
    const beganMs = performance.now();
    // Leases that ended meanwhile may have been another's in between, who has moved the cursors: begin again from those.
    if (!this.isAlive) await this.hosts.keep([]);
    const members = await this.members.beat(this.memberId, lifeMs);
    const byId = new Map(this.#sources.map((source) => [source.hostId, source]));
    const wanted = shareOf(this.memberId, members, [...byId.keys()]);
    await this.#giveUp(new Set(wanted));
    const held = await this.leases.hold(this.memberId, wanted, lifeMs);
    this.#heldUntilMs = beganMs + lifeMs;
    const present = held.flatMap(({ hostId, followedSince }) => {
      const source = byId.get(hostId);
      return source ? [{ source, followedSince }] : [];
    });
    await this.hosts.keep(present);
    this.metrics.hosts.set(present.length);
  }

  /** Hosts that are another's now: stopped first, then free for it. */
  async #giveUp(wanted: ReadonlySet<string>): Promise<void> {
    const given = this.hosts.hostIds.filter((hostId) => !wanted.has(hostId));
    if (given.length === 0) return;
    await this.hosts.drop(given);
    await this.leases.release(this.memberId, given);
  }
}
