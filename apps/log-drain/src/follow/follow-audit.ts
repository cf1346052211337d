import { setTimeout as sleep } from 'node:timers/promises';
import type { AuditLog } from '@dockhero/database/audit-log';
import type { LogCursor } from '@dockhero/database/log-cursor-store';
import type { Logger } from 'pino';
import type { AppLog } from '../deliver/app-log.js';
import type { CommittedPosition } from '../deliver/commit-cursors.js';
import { auditLine, toldKinds } from './audit-line.js';
import { timeOf } from './log-time.js';

/** Among the cursors of a host: the resource's own lines, as if they were one more container's. */
export const ownLinesId = 'dockhero';

const pollMs = 2_000;
const entriesMax = 100;

export interface AuditServices {
  readonly audit: AuditLog;
  readonly log: AppLog;
  readonly logger: Logger;
}

/**
 * Tells a resource's people what its audit trail says: whoever writes there (`AuditLog.write`) writes to the app's log. The number of the last
 * entry told is kept as the cursors of containers are, with the resource's first host.
 */
export class AuditFollower {
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  #toldId: number;

  /** @param since entries from before are not told where nothing is stored yet. */
  constructor(
    private readonly resourceId: string,
    private readonly hostId: string,
    cursor: LogCursor | null,
    private readonly since: Date,
    private readonly services: AuditServices,
  ) {
    this.#toldId = cursor?.followed ?? 0;
    this.#running = this.#run();
  }

  position(): CommittedPosition {
    const nothing = { anchorAt: '', anchorHash: '', lastAt: '', startedAt: '', finishedAt: '' };
    return { hostId: this.hostId, cursor: { containerId: ownLinesId, followed: this.#toldId, ...nothing } };
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const told = await this.#tellNew().catch((error: unknown) => {
        this.services.logger.warn({ error, resourceId: this.resourceId }, 'the audit trail could not be read');
        return 0;
      });
      if (told < entriesMax) await sleep(pollMs, undefined, { signal }).catch(() => {});
    }
  }

  /** @returns how many entries there were. */
  async #tellNew(): Promise<number> {
    const { audit, log } = this.services;
    if (!log.hasRoom) return 0;
    const entries = await audit.after(this.resourceId, this.#toldId, toldKinds, entriesMax);
    for (const entry of entries) {
      this.#toldId = entry.id;
      const line = entry.at >= this.since ? auditLine(entry) : null;
      if (line) log.say(line.severity, line.text, this, undefined, timeOf(entry.at));
    }
    if (entries.length > 0) log.contribute(this);
    return entries.length;
  }
}
