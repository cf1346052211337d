import type { LogLagStore } from '@dockhero/database/log-lag-store';
import type { Logger } from 'pino';

/** A line that waits for less is not late enough to be noted; noted, it is late until it is well below that. */
const lateMs = 60_000;
const inTimeMs = 30_000;
/** What is noted is as exact as this: a log that is catching up is noted once a minute, one that is stuck once. */
const grainMs = 60_000;

/** Notes which hosts' logs are late, for alerts: writes only what has changed, so nothing at all while nothing is late. */
export class LagNotes {
  /** By host; of one that is missing, nothing is known of what is noted. */
  #noted = new Map<string, number | null>();
  #writing: Promise<void> | null = null;

  constructor(
    private readonly store: Pick<LogLagStore, 'note'>,
    private readonly memberId: string,
    private readonly logger: Logger,
  ) {}

  /** @param lagsMs by host, of all that are followed. One write at a time; what comes meanwhile is left to the next call. Never rejects. */
  async note(lagsMs: ReadonlyMap<string, number>, nowMs: number): Promise<void> {
    this.#writing ??= this.#note(lagsMs, nowMs).finally(() => (this.#writing = null));
    await this.#writing;
  }

  async #note(lagsMs: ReadonlyMap<string, number>, nowMs: number): Promise<void> {
    // A host that comes back may have been another's meanwhile.
    this.#noted = new Map([...this.#noted].filter(([hostId]) => lagsMs.has(hostId)));
    const changed = new Map<string, number | null>();
    for (const [hostId, lagMs] of lagsMs) {
      const noted = this.#noted.get(hostId);
      const isLate = lagMs >= (noted === undefined || noted === null ? lateMs : inTimeMs);
      const sinceMs = isLate ? nowMs - lagMs : null;
      if (hasChanged(noted, sinceMs)) changed.set(hostId, sinceMs);
    }
    try {
      const dates = [...changed].map(([hostId, sinceMs]) => [hostId, sinceMs === null ? null : new Date(sinceMs)] as const);
      await this.store.note(this.memberId, new Map(dates));
      for (const [hostId, sinceMs] of changed) this.#noted.set(hostId, sinceMs);
    } catch (error) {
      this.logger.warn({ error }, 'how far logs are behind could not be noted; next time');
    }
  }
}

function hasChanged(noted: number | null | undefined, sinceMs: number | null): boolean {
  if (noted === undefined) return true;
  if (noted === null || sinceMs === null) return noted !== sinceMs;
  return Math.abs(noted - sinceMs) >= grainMs;
}
