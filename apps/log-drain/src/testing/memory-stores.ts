import type { AuditLog, NumberedAuditEntry } from '@dockhero/database/audit-log';
import type { HostSource } from '@dockhero/database/host-source-store';
import type { LogCursor, LogCursorStore } from '@dockhero/database/log-cursor-store';
import { AppError } from '@dockhero/domain/errors';
import { dockerTime } from './docker-frames.js';

/** A database that may be away; what waits for `gate` is under way meanwhile. */
export class MemoryDatabase {
  isDown = false;
  gate: Promise<void> = Promise.resolve();

  async ask<T>(answer: () => T): Promise<T> {
    await this.gate;
    if (this.isDown) throw new AppError('storage_unavailable');
    return answer();
  }
}

export class MemoryAudit {
  readonly entries: NumberedAuditEntry[] = [];

  constructor(readonly database: MemoryDatabase) {}

  get port(): AuditLog {
    return this as unknown as AuditLog;
  }

  write(kind: string, text: string, at = new Date(Date.parse(dockerTime(0)))): void {
    this.entries.push({ id: this.entries.length + 1, at, kind, text });
  }

  async after(_resourceId: string, id: number, kinds: readonly string[], limit: number): Promise<NumberedAuditEntry[]> {
    return await this.database.ask(() => this.entries.filter((entry) => entry.id > id && kinds.includes(entry.kind)).slice(0, limit));
  }
}

/** The table of cursors. `lostHosts`: those whose lease is another's. */
export class MemoryCursors {
  readonly rows = new Map<string, Map<string, LogCursor>>();
  readonly lostHosts = new Set<string>();

  constructor(readonly database: MemoryDatabase) {}

  get port(): LogCursorStore {
    return this as unknown as LogCursorStore;
  }

  put(hostId: string, ...cursors: LogCursor[]): void {
    const ofHost = this.rows.get(hostId) ?? new Map<string, LogCursor>();
    for (const cursor of cursors) ofHost.set(cursor.containerId, cursor);
    this.rows.set(hostId, ofHost);
  }

  idsOf(hostId: string): string[] {
    return [...(this.rows.get(hostId)?.keys() ?? [])].toSorted();
  }

  async read(hostId: string): Promise<LogCursor[]> {
    return await this.database.ask(() => [...(this.rows.get(hostId)?.values() ?? [])]);
  }

  async commitMany(_memberId: string, byHost: ReadonlyMap<string, readonly LogCursor[]>): Promise<Set<string>> {
    return await this.database.ask(() => {
      const lost = new Set([...byHost.keys()].filter((hostId) => this.lostHosts.has(hostId)));
      for (const [hostId, cursors] of byHost) if (!lost.has(hostId)) this.put(hostId, ...cursors);
      return lost;
    });
  }

  async forget(_memberId: string, hostId: string, containerIds: readonly string[]): Promise<void> {
    await this.database.ask(() => {
      if (this.lostHosts.has(hostId)) throw new AppError('lease_lost', { hostId });
      for (const id of containerIds) this.rows.get(hostId)?.delete(id);
    });
  }
}

export function sourceOf(hostId: string, changes: Partial<HostSource> = {}): HostSource {
  const resource = { resourceId: 'resource-1', resourceName: 'dockhero-1', plan: 'standard', appName: 'app-1', isChanging: false };
  return { hostId, hostIndex: 0, hostCount: 1, address: '127.0.0.1', ...resource, ...changes };
}
