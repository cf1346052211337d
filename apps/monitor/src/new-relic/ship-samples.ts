import type { HostSource } from '@dockhero/database/host-source-store';
import type { NewRelicStatusStore } from '@dockhero/database/new-relic-status-store';
import type { HostSample } from '@dockhero/domain/monitoring/host-sample';
import type { ResourceId } from '@dockhero/domain/resource';
import type { Logger } from 'pino';
import { BoundedWork } from '../bounded-work.js';
import type { MonitorMetrics } from '../monitor-metrics.js';
import type { Rates } from '../sample/derive-figures.js';
import type { SampleTaker } from '../sample/sample-hosts.js';
import type { ResourceSettings } from '../settings/resource-settings.js';
import type { WatchedHost } from '../watch/watched-hosts.js';
import { metricBody, type ShippedSample } from './metric-payload.js';
import type { NewRelicMetrics } from './post-metrics.js';

const tickMs = 5_000;
/** How long samples are collected for one POST. */
const collectMs = 30_000;
const pausedMs = 3_600_000;
const retryMs = { first: 30_000, longest: 600_000 };
/** Of one resource while New Relic is away: beyond it the oldest are dropped. */
const waitingMax = 400;
/** The same in containers, workloads and volumes: a host is its customer's, and may have thousands. All that waits is made into one text. */
const figuresMax = 20_000;
/** Of all resources of this process, some 130 MB: when New Relic is away, it is for all. What half a minute brings may wait in any case. */
const figuresMaxOfAll = 500_000;
const figuresLeast = 1_000;
const postsMax = 16;

interface Queue {
  source: HostSource;
  waiting: ShippedSample[];
  dueAtMs: number;
  failures: number;
  isPosting: boolean;
  /** The key that was refused: another one is tried at once. */
  refusedKey: string | null;
  /** Latest sample of each host, to count from: as it is watched now, since what happened while another process had it is told by that. */
  readonly latest: WeakMap<WatchedHost, HostSample>;
}

/** Sends the samples of resources that have a New Relic key, each half a minute's in one POST. */
export class ShipSamples implements SampleTaker {
  readonly #queues = new Map<ResourceId, Queue>();
  readonly #lane = new BoundedWork(postsMax);
  #ticking: NodeJS.Timeout | undefined;

  constructor(
    private readonly settings: ResourceSettings,
    private readonly newRelic: Pick<NewRelicMetrics, 'post'>,
    private readonly status: Pick<NewRelicStatusStore, 'ok' | 'failed'>,
    private readonly outside: { readonly now: () => Date; readonly metrics: MonitorMetrics; readonly logger: Logger },
  ) {}

  start(): void {
    this.#ticking = setInterval(() => this.tick(), tickMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.#ticking);
    await this.#lane.stop();
  }

  take(host: WatchedHost, sample: HostSample, rates: Rates): void {
    const { source } = host;
    const { resourceId, hostIndex } = source;
    if (!this.settings.of(resourceId)?.settings.newRelic) return void this.#queues.delete(resourceId);
    const queue = this.#queueOf(source);
    const earlier = queue.latest.get(host) ?? null;
    queue.latest.set(host, sample);
    queue.waiting.push({ host: `${source.resourceName}-${String(hostIndex + 1)}`, sample, earlier, rates });
    queue.waiting = this.#latestOf(queue.waiting);
  }

  /** Begins the POSTs that are due. */
  tick(): void {
    const nowMs = this.outside.now().getTime();
    for (const [resourceId, queue] of this.#queues) {
      const key = this.settings.of(resourceId)?.settings.newRelic?.key.reveal();
      const isNewKey = queue.refusedKey !== null && key !== queue.refusedKey;
      if (queue.isPosting || queue.waiting.length === 0 || (queue.dueAtMs > nowMs && !isNewKey)) continue;
      queue.isPosting = true;
      this.#lane.add(() => this.#ship(resourceId, queue));
    }
  }

  #queueOf(source: HostSource): Queue {
    const known = this.#queues.get(source.resourceId);
    if (known) return Object.assign(known, { source });
    const dueAtMs = this.outside.now().getTime() + collectMs;
    const made: Queue = { source, waiting: [], dueAtMs, failures: 0, isPosting: false, refusedKey: null, latest: new WeakMap() };
    this.#queues.set(source.resourceId, made);
    return made;
  }

  #latestOf(samples: ShippedSample[]): ShippedSample[] {
    const share = Math.max(figuresMaxOfAll / this.#queues.size, figuresLeast);
    return latestOf(samples, Math.min(figuresMax, share));
  }

  async #ship(resourceId: ResourceId, queue: Queue): Promise<void> {
    const batch = queue.waiting;
    queue.waiting = [];
    try {
      await this.#post(resourceId, queue, batch);
    } catch (error) {
      // Only the store throws: what was sent is not sent again.
      this.outside.logger.warn({ error, resourceId }, 'what New Relic said could not be stored');
    } finally {
      queue.isPosting = false;
    }
  }

  async #post(resourceId: ResourceId, queue: Queue, batch: readonly ShippedSample[]): Promise<void> {
    const { now, metrics } = this.outside;
    const target = this.settings.of(resourceId)?.settings.newRelic;
    if (!target || batch.length === 0) return;
    const { resourceName, appName, plan } = queue.source;
    const common = { 'service.name': appName ?? resourceName, addon: resourceName, plan, ...(appName ? { app: appName } : {}) };
    const outcome = await this.newRelic.post(target, metricBody(common, batch));
    metrics.newRelic.inc({ outcome: outcome.kind });
    const again = (pauseMs: number): void => void (queue.dueAtMs = now().getTime() + pauseMs);
    queue.refusedKey = null;
    switch (outcome.kind) {
      case 'taken':
        queue.failures = 0;
        again(collectMs);
        return await this.status.ok(resourceId);
      case 'too-large': {
        if (batch.length === 1) return await this.status.failed(resourceId, 'one sample is larger than New Relic takes');
        const middle = Math.ceil(batch.length / 2);
        await this.#post(resourceId, queue, batch.slice(0, middle));
        return await this.#post(resourceId, queue, batch.slice(middle));
      }
      case 'forbidden':
        queue.refusedKey = target.key.reveal();
        again(pausedMs);
        return await this.status.failed(resourceId, 'New Relic refuses the licence key. Set an ingest licence key of the right region.');
      case 'refused':
        again(collectMs);
        return await this.status.failed(resourceId, `New Relic refused the figures: ${outcome.error}`);
      case 'later': {
        queue.failures += 1;
        queue.waiting = this.#latestOf([...batch, ...queue.waiting]);
        again(Math.max(outcome.afterMs, Math.min(retryMs.first * 2 ** (queue.failures - 1), retryMs.longest)));
        return await this.status.failed(resourceId, `New Relic does not answer as it should: ${outcome.error}. It is tried again.`);
      }
    }
  }
}

/** As many of the newest as have no more figures than may wait, one at least. */
function latestOf(samples: ShippedSample[], figuresLimit: number): ShippedSample[] {
  let [from, figures] = [samples.length, 0];
  while (from > 0 && samples.length - from < waitingMax) {
    const { containers = [], workloads = [], volumes = [] } = samples[from - 1]?.sample ?? {};
    figures += containers.length + workloads.length + volumes.length;
    if (figures > figuresLimit && from < samples.length) break;
    from -= 1;
  }
  return from === 0 ? samples : samples.slice(from);
}
