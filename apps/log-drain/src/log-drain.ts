import type { HostSource } from '@dockhero/database/host-source-store';
import type { ContainerWatch } from '@dockhero/docker/container-watch';
import type { HoldHosts } from '@dockhero/domain/sharing/hold-hosts';
import type { OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import type { BufferPool } from './deliver/buffer-pool.js';
import type { LogInputs } from './deliver/log-inputs.js';
import type { LogplexClient } from './deliver/post-batch.js';
import type { DrainMetrics } from './drain-metrics.js';
import type { FollowedHosts } from './share/followed-hosts.js';
import type { LagNotes } from './share/lag-notes.js';

const measureMs = 5_000;
/** A line that waits longer makes its resource one that is behind. */
const lateSeconds = 5;
/** Behind by this much, somebody should look: health turns red when no lane moves at all. */
export const stuckSeconds = 300;

/** The drain's parts, started and stopped in order. */
export class LogDrain implements OnModuleInit, OnModuleDestroy {
  #running: Promise<unknown> = Promise.resolve();
  #measuring: NodeJS.Timeout | undefined;

  constructor(
    private readonly hold: HoldHosts<HostSource>,
    private readonly hosts: FollowedHosts,
    private readonly inputs: LogInputs,
    private readonly outside: { readonly pool: BufferPool; readonly logplex: LogplexClient; readonly watch: ContainerWatch },
    private readonly lag: LagNotes,
    private readonly metrics: DrainMetrics,
  ) {}

  onModuleInit(): void {
    this.#running = Promise.all([this.hold.run(), this.inputs.run()]);
    this.#measuring = setInterval(() => this.#measure(), measureMs);
  }

  /** Rejects when this process does not do its work: leases are not renewed, or a lane has not moved for minutes though its input is taken. */
  async check(): Promise<void> {
    if (!this.hold.isAlive) throw new Error('leases are not being renewed');
    const now = Date.now();
    const stuck = this.hosts.logs.filter((log) => this.inputs.ownerOf(log.resourceId) && log.lagSeconds(now) > stuckSeconds);
    if (stuck.length > 0) throw new Error(`${String(stuck.length)} logs are stuck`);
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.#measuring);
    await this.hold.stop();
    this.inputs.stop();
    await this.#running;
    this.outside.logplex.close();
    this.outside.watch.close();
  }

  #measure(): void {
    const { metrics, hosts } = this;
    const now = Date.now();
    metrics.streams.set(hosts.streams);
    metrics.bufferBytes.set(this.outside.pool.bytesInUse);
    void this.lag.note(hosts.lagsMs(now), now);
    metrics.lag.reset();
    for (const log of hosts.logs) {
      const lag = log.lagSeconds(now);
      if (lag > lateSeconds) metrics.lag.set({ resource: log.resourceId }, lag);
    }
  }
}
