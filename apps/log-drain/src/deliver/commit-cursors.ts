import { setTimeout as sleep } from 'node:timers/promises';
import type { LogCursor, LogCursorStore } from '@dockhero/database/log-cursor-store';
import { AppError } from '@dockhero/domain/errors';
import type { Logger } from 'pino';

/** How far one container's log is delivered. */
export interface CommittedPosition {
  readonly hostId: string;
  readonly cursor: LogCursor;
}

interface Waiting {
  readonly positions: readonly CommittedPosition[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const retryMs = 1_000;

/**
 * Stores cursors: what all lanes have delivered since the last statement goes into the next one. So a commit costs a thousand lanes one round
 * trip, and none of them sends its next batch before its last one is stored: a crash repeats one batch of a lane and no more.
 */
export class CursorCommits {
  #waiting: Waiting[] = [];
  #isWriting = false;

  constructor(
    private readonly cursors: Pick<LogCursorStore, 'commitMany'>,
    private readonly memberId: string,
    private readonly logger: Logger,
  ) {}

  /** Resolves once stored, however long the database is away. @throws AppError `lease_lost` when another process has the host. */
  async commit(positions: readonly CommittedPosition[]): Promise<void> {
    if (positions.length === 0) return;
    await new Promise<void>((resolve, reject) => {
      this.#waiting.push({ positions, resolve, reject });
      if (!this.#isWriting) void this.#write();
    });
  }

  async #write(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      const lost = await this.#store(latest(group));
      for (const { positions, resolve, reject } of group) {
        if (positions.some(({ hostId }) => lost.has(hostId))) reject(new AppError('lease_lost', {}));
        else resolve();
      }
    }
    this.#isWriting = false;
  }

  async #store(byHost: ReadonlyMap<string, readonly LogCursor[]>): Promise<Set<string>> {
    for (;;) {
      try {
        return await this.cursors.commitMany(this.memberId, byHost);
      } catch (error) {
        this.logger.warn({ error }, 'cursors could not be stored; delivery waits');
        await sleep(retryMs);
      }
    }
  }
}

/** The newest cursor of each container: those who wait are in order. */
function latest(group: readonly Waiting[]): Map<string, LogCursor[]> {
  const byHost = new Map<string, Map<string, LogCursor>>();
  for (const { positions } of group) {
    for (const { hostId, cursor } of positions) {
      const ofHost = byHost.get(hostId) ?? new Map<string, LogCursor>();
      byHost.set(hostId, ofHost.set(cursor.containerId, cursor));
    }
  }
  return new Map([...byHost].map(([hostId, cursors]) => [hostId, [...cursors.values()]]));
}
