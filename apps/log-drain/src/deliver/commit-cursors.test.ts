import type { LogCursor } from '@dockhero/database/log-cursor-store';
import { AppError } from '@dockhero/domain/errors';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CursorCommits, type CommittedPosition } from './commit-cursors.js';

vi.mock('node:timers/promises', async () => await import('../testing/fakeable-sleep.js'));

/** The table of cursors with its leases; each statement is answered when the test says so. */
class FakeCursors {
  readonly stored = new Map<string, number>();
  readonly statements: { memberId: string; size: number }[] = [];
  readonly lostHosts = new Set<string>();
  failures = 0;
  #gate: Promise<void> = Promise.resolve();

  /** Holds up statements until the returned function is called. */
  hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#gate = promise;
    return resolve;
  }

  async commitMany(memberId: string, byHost: ReadonlyMap<string, readonly LogCursor[]>): Promise<Set<string>> {
    this.statements.push({ memberId, size: [...byHost.values()].flat().length });
    await this.#gate;
    if (this.failures-- > 0) throw new AppError('storage_unavailable');
    const lost = new Set([...byHost.keys()].filter((hostId) => this.lostHosts.has(hostId)));
    for (const [hostId, cursors] of byHost) {
      if (new Set(cursors.map(({ containerId }) => containerId)).size < cursors.length) throw new Error('a container twice');
      if (!lost.has(hostId)) for (const { containerId, followed } of cursors) this.stored.set(`${hostId}/${containerId}`, followed);
    }
    return lost;
  }
}

const at = (hostId: string, containerId: string, followed: number): CommittedPosition => ({
  hostId,
  cursor: { containerId, followed, anchorAt: '', anchorHash: '', lastAt: '', startedAt: '', finishedAt: '' },
});

let cursors: FakeCursors;
let commits: CursorCommits;
beforeEach(() => {
  cursors = new FakeCursors();
  commits = new CursorCommits(cursors, 'member-1', pino({ level: 'silent' }));
});
afterEach(() => {
  vi.useRealTimers();
});

describe('CursorCommits', () => {
  it('what comes while a statement is under way goes into the next one together', async () => {
    const release = cursors.hold();
    const waiting = Array.from({ length: 1_000 }, (_, lane) => commits.commit([at('h1', `c${String(lane)}`, lane)]));
    release();
    await Promise.all(waiting);
    expect(cursors.statements).toEqual([
      { memberId: 'member-1', size: 1 },
      { memberId: 'member-1', size: 999 },
    ]);
    expect([cursors.stored.size, cursors.stored.get('h1/c777')]).toEqual([1_000, 777]);
  });

  it('resolves once it is stored and not before', async () => {
    const release = cursors.hold();
    let isStored = false;
    const storing = commits.commit([at('h1', 'c1', 1)]).then(() => (isStored = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(isStored).toBe(false);
    release();
    await storing;
    expect(cursors.stored.get('h1/c1')).toBe(1);
  });

  it('stores the newest position of a container that is there twice', async () => {
    const release = cursors.hold();
    const waiting = [0, 1, 2, 3].map((followed) => commits.commit([at('h1', 'c1', followed), at('h1', 'c2', 9)]));
    release();
    await Promise.all(waiting);
    expect([cursors.statements.length, cursors.stored.get('h1/c1')]).toEqual([2, 3]);
  });

  it('writes again after it was idle, and asks nothing of the database for nothing', async () => {
    await commits.commit([]);
    expect(cursors.statements).toEqual([]);
    for (const followed of [1, 2, 3]) await commits.commit([at('h1', 'c1', followed)]);
    expect([cursors.statements.length, cursors.stored.get('h1/c1')]).toEqual([3, 3]);
  });

  it('a lost lease rejects those who bring positions of that host, and no others of the same statement', async () => {
    cursors.lostHosts.add('lost');
    const release = cursors.hold();
    const waiting = [[at('h0', 'c', 1)], [at('lost', 'c', 1)], [at('h1', 'c', 1)], [at('h2', 'c', 1), at('lost', 'd', 1)]].map(
      (positions) => commits.commit(positions),
    );
    release();
    const results = await Promise.allSettled(waiting);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected']);
    for (const result of results) if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'lease_lost' });
    expect([...cursors.stored.keys()]).toEqual(['h0/c', 'h1/c', 'h2/c']);
    await commits.commit([at('h1', 'c', 2)]);
    expect(cursors.stored.get('h1/c')).toBe(2);
  });

  it('waits for a database that is away, and stores everything that came meanwhile', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    cursors.failures = 3;
    const waiting = [commits.commit([at('h1', 'c1', 1)]), commits.commit([at('h1', 'c1', 2)]), commits.commit([at('h2', 'c2', 5)])];
    await vi.advanceTimersByTimeAsync(2_900);
    expect([cursors.statements.length, cursors.stored.size]).toEqual([3, 0]);
    await vi.advanceTimersByTimeAsync(200);
    await Promise.all(waiting);
    expect(Object.fromEntries(cursors.stored)).toEqual({ 'h1/c1': 2, 'h2/c2': 5 });
    expect(cursors.statements).toHaveLength(5);
  });
});
