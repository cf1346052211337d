import { isOfSamples, type HostFigures, type HostHistoryStore } from '@dockhero/database/host-history-store';
import type { HostSample } from '@dockhero/domain/monitoring/host-sample';
import type { Logger } from 'pino';
import type { MonitorMetrics } from '../monitor-metrics.js';
import type { WatchedHost } from '../watch/watched-hosts.js';
import { rootDisk, type Rates } from './derive-figures.js';
import type { SampleTaker } from './sample-hosts.js';

const flushMs = 1_000;
/** While the database is away: five minutes of 10,000 hosts, some 40 MB. Beyond it the oldest are dropped and counted. */
const waitingMax = 200_000;
const batchMax = 5_000;

/** Writes samples to the history, all of a second in one statement. Alerts do not wait for it. */
export class HistoryBatch implements SampleTaker {
  #waiting: HostFigures[] = [];
  #flushing: Promise<void> | undefined;
  #ticking: NodeJS.Timeout | undefined;

  constructor(
    private readonly history: Pick<HostHistoryStore, 'append'>,
    private readonly metrics: MonitorMetrics,
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.#ticking = setInterval(() => void this.flush(), flushMs);
  }

  take(host: WatchedHost, sample: HostSample, rates: Rates): void {
    this.#waiting.push(figuresOf(host.source.hostId, sample, rates));
  }

  /** Writes what waits; one at a time. Never rejects. */
  async flush(): Promise<void> {
    this.#flushing ??= this.#write().finally(() => (this.#flushing = undefined));
    await this.#flushing;
  }

  async stop(): Promise<void> {
    clearInterval(this.#ticking);
    await this.#flushing;
    await this.flush();
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, batchMax);
      try {
        await this.#append(batch);
        this.#waiting = this.#waiting.slice(batch.length);
      } catch (error) {
        this.#dropOldest();
        this.logger.warn({ error, waiting: this.#waiting.length }, 'samples could not be written to the history');
        return;
      }
    }
  }

  /** A host is its customer's, and may say what cannot be stored: that costs its sample, and nobody else's. */
  async #append(batch: readonly HostFigures[]): Promise<void> {
    try {
      await this.history.append(batch);
    } catch (error) {
      if (!isOfSamples(error)) throw error;
      if (batch.length === 1) {
        this.metrics.historyLost.inc();
        this.logger.warn({ error, hostId: batch[0]?.hostId }, 'a sample cannot be stored');
        return;
      }
      const middle = Math.ceil(batch.length / 2);
      await this.#append(batch.slice(0, middle));
      await this.#append(batch.slice(middle));
    }
  }

  #dropOldest(): void {
    const tooMany = this.#waiting.length - waitingMax;
    if (tooMany <= 0) return;
    this.#waiting = this.#waiting.slice(tooMany);
    this.metrics.historyLost.inc(tooMany);
  }
}

function figuresOf(hostId: string, sample: HostSample, rates: Rates): HostFigures {
  const disk = rootDisk(sample);
  const usedBytes = disk && disk.sizeBytes - disk.freeBytes;
  return {
    hostId,
    at: sample.at,
    memoryUsedBytes: sample.memory.totalBytes - sample.memory.availableBytes,
    memoryTotalBytes: sample.memory.totalBytes,
    diskUsedBytes: usedBytes,
    // As df counts: what everybody may use, so that the two make the percentage that alerts speak of.
    diskTotalBytes: disk && usedBytes !== null ? usedBytes + disk.availableBytes : null,
    cpuRatio: rates.cpuRatio,
    load: sample.load1,
    receivedPerSecond: rates.receivedPerSecond,
    sentPerSecond: rates.sentPerSecond,
    containers: sample.containers.length,
  };
}
