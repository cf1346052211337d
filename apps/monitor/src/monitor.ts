import { setTimeout as sleep } from 'node:timers/promises';
import type { HostSource } from '@dockhero/database/host-source-store';
import type { HoldHosts } from '@dockhero/domain/sharing/hold-hosts';
import type { OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import type { Logger } from 'pino';
import type { EvaluateHosts } from './evaluate/evaluate-hosts.js';
import type { SilenceGuard } from './evaluate/silence-guard.js';
import type { MonitorMetrics } from './monitor-metrics.js';
import type { ShipSamples } from './new-relic/ship-samples.js';
import type { DeliverMessages } from './notify/deliver-messages.js';
import type { GroupChanges } from './notify/group-changes.js';
import type { HistoryBatch } from './sample/history-batch.js';
import type { SampleHosts } from './sample/sample-hosts.js';
import type { RunUpkeep } from './upkeep/run-upkeep.js';
import type { WatchedHosts } from './watch/watched-hosts.js';

const measureMs = 5_000;
const groupEveryMs = 500;
/** Hosts that answer and were not looked at for this long: this process does not keep up. */
const lateSeconds = 120;
const digest = /^[0-9a-f]{64}$/;

export interface MonitorParts {
  readonly hold: HoldHosts<HostSource>;
  readonly hosts: WatchedHosts;
  readonly sampling: SampleHosts;
  readonly history: HistoryBatch;
  readonly evaluation: EvaluateHosts;
  readonly guard: SilenceGuard;
  readonly newRelic: ShipSamples;
  readonly grouping: GroupChanges;
  readonly delivery: DeliverMessages;
  readonly upkeep: RunUpkeep;
}

/** The monitor's parts, started and stopped in order. */
export class Monitor implements OnModuleInit, OnModuleDestroy {
  readonly #stopping = new AbortController();
  #running: Promise<unknown> = Promise.resolve();
  #measuring: NodeJS.Timeout | undefined;

  constructor(
    private readonly parts: MonitorParts,
    private readonly now: () => Date,
    private readonly metrics: MonitorMetrics,
    private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    const { hold, sampling, history, evaluation, guard, newRelic, delivery, upkeep } = this.parts;
    this.#running = Promise.all([hold.run(), this.#group()]);
    for (const part of [upkeep, history, guard, evaluation, newRelic, delivery, sampling]) part.start();
    this.#measuring = setInterval(() => this.#measure(), measureMs);
  }

  /** Rejects when this process does not do its work: leases are not renewed, it does not get round to looking at its hosts, or cannot see them. */
  async check(): Promise<void> {
    if (!this.parts.hold.isAlive) throw new Error('leases are not being renewed');
    if (this.parts.guard.isBlind) throw new Error('most hosts are silent, and it is our own network');
    if (this.#oldestSeconds() > lateSeconds) throw new Error('hosts are not looked at in time');
  }

  async onModuleDestroy(): Promise<void> {
    const { hold, sampling, history, evaluation, guard, newRelic, delivery, upkeep } = this.parts;
    clearInterval(this.#measuring);
    this.#stopping.abort();
    await sampling.stop();
    evaluation.stop();
    await hold.stop();
    await this.#running;
    await Promise.all([history.stop(), guard.stop(), newRelic.stop(), delivery.stop(), upkeep.stop()]);
  }

  async #group(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.parts.grouping.group().catch((error: unknown) => this.logger.warn({ error }, 'changes could not be grouped'));
      await sleep(groupEveryMs, undefined, { signal }).catch(() => {});
    }
  }

  #measure(): void {
    this.metrics.hosts.set(this.parts.hosts.count);
    this.metrics.oldestSample.set(this.#oldestSeconds());
    this.metrics.agents.reset();
    // A host is its customer's, and may say anything.
    for (const { sample } of this.parts.hosts.all)
      if (sample) this.metrics.agents.inc({ sha256: digest.test(sample.agent.sha256) ? sample.agent.sha256 : 'unknown' });
  }

  /** Of hosts whose last look brought something. */
  #oldestSeconds(): number {
    const nowMs = this.now().getTime();
    let oldestMs = nowMs;
    for (const { sample, failures } of this.parts.hosts.all) {
      if (sample && failures === 0) oldestMs = Math.min(oldestMs, sample.at.getTime());
    }
    return (nowMs - oldestMs) / 1_000;
  }
}
