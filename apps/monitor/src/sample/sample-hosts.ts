import type { AgentScrape } from '@dockhero/docker/agent-scrape';
import type { ControlPlaneCredentials } from '@dockhero/docker/control-plane-credentials';
import { hasCode } from '@dockhero/domain/errors';
import type { HostSample } from '@dockhero/domain/monitoring/host-sample';
import type { Logger } from 'pino';
import type { MonitorMetrics } from '../monitor-metrics.js';
import type { WatchedHost, WatchedHosts } from '../watch/watched-hosts.js';
import { ratesBetween, type Rates } from './derive-figures.js';
import { BoundedWork } from '../bounded-work.js';
import { parseMetrics } from './parse-metrics.js';

const tickMs = 100;
/** An answer takes some milliseconds. A look that takes longer than this leaves its place to the next: when a zone is lost, hundreds of hosts begin to hang at once. */
const placeMs = 1_000;

/** Who gets what a look has found. Called synchronously, after the host has its new sample. */
export interface SampleTaker {
  take(host: WatchedHost, sample: HostSample, rates: Rates): void;
}

export interface SamplingLimits {
  /** From one look at a host to the next, in milliseconds. */
  readonly sampleMs: number;
  /** At once, of hosts that answer; as many again of hosts that do not, and those that have just begun to hang. */
  readonly looksMax: number;
}

/**
 * Looks at every watched host once in `sampleMs`, evenly spread. Hosts that did not answer last time have a lane of their own: however many
 * are away and take up their five seconds, the others are looked at in time.
 */
export class SampleHosts {
  readonly #steady: BoundedWork;
  readonly #doubtful: BoundedWork;
  #ticking: NodeJS.Timeout | undefined;

  constructor(
    private readonly hosts: WatchedHosts,
    private readonly agents: { readonly scrape: AgentScrape; readonly credentials: ControlPlaneCredentials },
    private readonly takers: readonly SampleTaker[],
    private readonly outside: { readonly now: () => Date; readonly metrics: MonitorMetrics; readonly logger: Logger },
    private readonly limits: SamplingLimits,
  ) {
    this.#steady = new BoundedWork(limits.looksMax);
    this.#doubtful = new BoundedWork(limits.looksMax);
  }

  start(): void {
    this.#ticking = setInterval(() => this.tick(), tickMs);
  }

  /** Begins the looks that are due. */
  tick(): void {
    const nowMs = this.outside.now().getTime();
    for (const host of this.hosts.all) {
      // One that is due later than its turn can be: our clock was set back, and it would not be looked at until that has caught up.
      const isDue = host.dueAtMs <= nowMs || host.dueAtMs > nowMs + 2 * this.limits.sampleMs;
      if (!isDue || host.isLooking) continue;
      host.begin(nowMs, this.limits.sampleMs);
      if (host.failures > 0) this.#doubtful.add(() => this.#look(host));
      else this.#steady.add((release) => this.#lookBriefly(host, release));
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.#ticking);
    await Promise.all([this.#steady.stop(), this.#doubtful.stop()]);
  }

  async #lookBriefly(host: WatchedHost, release: () => void): Promise<void> {
    const timer = setTimeout(release, placeMs);
    await this.#look(host);
    clearTimeout(timer);
  }

  async #look(host: WatchedHost): Promise<void> {
    const { metrics, logger, now } = this.outside;
    const { hostId, resourceId, address } = host.source;
    if (!this.hosts.has(host)) return;
    // What our own database or the cluster's authority lacks says nothing about the host.
    let isHosts = false;
    try {
      const connection = await this.agents.credentials.to(resourceId, address);
      isHosts = true;
      const sample = parseMetrics(await this.agents.scrape.metrics(hostId, connection), now());
      // Meanwhile it may have become another's, or another machine.
      if (!this.hosts.has(host) || host.source.address !== address) return;
      const rates = ratesBetween(host.sample, sample);
      host.sample = sample;
      host.failures = 0;
      metrics.samples.inc();
      for (const taker of this.takers) taker.take(host, sample, rates);
    } catch (error) {
      if (isHosts) host.failures += 1;
      metrics.missed.inc({ why: isHosts ? (hasCode(error, 'agent_unreachable') ? 'unreachable' : 'unreadable') : 'ours' });
      logger.debug({ error, resourceId, hostId }, 'a look at a host brought nothing');
    } finally {
      host.isLooking = false;
    }
  }
}
