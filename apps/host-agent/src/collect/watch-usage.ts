import { usedRatio } from '@dockhero/domain/monitoring/host-sample';
import { reasonOf, type Log } from '../log.js';
import type { Exposition } from './exposition.js';
import type { FileSystems } from './file-systems.js';
import type { MemoryTruth } from './memory-truth.js';
import type { Mount } from './mounts.js';
import { RecentLows } from './recent-lows.js';

const lookEveryMs = 1_000;

export interface UsageContext {
  /** Shared with the collection: threads that hang are counted together. */
  readonly fileSystems: FileSystems;
  /** Null: it cannot be read. */
  readonly memory: () => MemoryTruth | null;
  readonly log: Log;
}

/** Looks at memory and disks each second, and nothing else: it must cost next to nothing. */
export class UsageWatch {
  /** Those of the last collection. */
  #mounts: readonly Mount[] = [];
  /** By rule and object, as the monitor names them. */
  readonly #lows = new Map<string, { readonly rule: string; readonly object: string; readonly recent: RecentLows }>();
  #looking: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(private readonly context: UsageContext) {}

  start(): void {
    this.#timer = setInterval(() => void this.look(), lookEveryMs);
  }

  stop(): void {
    if (this.#timer) clearInterval(this.#timer);
  }

  /** Watches these from now on: read-only ones cannot fill. */
  watch(mounts: readonly Mount[]): void {
    this.#mounts = mounts.filter(({ isReadOnly }) => !isReadOnly);
    const kept = new Set(this.#mounts.map(({ mountpoint }) => mountpoint));
    for (const [key, { rule, object }] of this.#lows) if (rule !== 'memory' && !kept.has(object)) this.#lows.delete(key);
  }

  /** One look; shared by those who ask while it goes on. Never rejects. */
  look(): Promise<void> {
    this.#looking ??= this.#look()
      .catch((error: unknown) => this.context.log(`memory and disks could not be looked at: ${reasonOf(error)}`))
      .finally(() => {
        this.#looking = null;
      });
    return this.#looking;
  }

  /** Since when values have been high (docs/decisions/0016-alerts-of-our-own.md). */
  addTo(text: Exposition): void {
    const nowMs = performance.now();
    for (const { rule, object, recent } of this.#lows.values()) {
      for (const { seconds, ratio } of recent.lowest(nowMs)) {
        text.gauge('dockhero_used_ratio_lowest', ratio, { rule, object, seconds: String(seconds) });
      }
    }
  }

  async #look(): Promise<void> {
    const memory = this.context.memory();
    this.#note('memory', 'host', memory && memory.totalBytes > 0 ? 1 - memory.availableBytes / memory.totalBytes : null);
    for (const { mountpoint, figures } of await this.context.fileSystems.measureAll(this.#mounts)) {
      this.#note('disk', mountpoint, figures && figures.sizeBytes > 0 ? usedRatio(figures) : null);
      this.#note('inodes', mountpoint, figures && figures.files > 0 ? 1 - figures.filesFree / figures.files : null);
    }
  }

  #note(rule: string, object: string, ratio: number | null): void {
    const key = `${rule} ${object}`;
    const found = this.#lows.get(key) ?? { rule, object, recent: new RecentLows() };
    this.#lows.set(key, found);
    found.recent.note(performance.now(), ratio);
  }
}
