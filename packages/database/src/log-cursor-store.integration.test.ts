import { randomUUID } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { LogCursorStore, type LogCursor } from './log-cursor-store.js';
import { lease, makeHosts, waitUntilBlocked } from './testing/open-test-database.js';
import { prepareHeldHosts, type HeldHosts } from './testing/prepare-held-hosts.js';

let stores: HeldHosts['stores'];
let leases: HeldHosts['leases'];
let resourceId: HeldHosts['resourceId'];
let hosts: HeldHosts['hosts'];
let cursors: LogCursorStore;

prepareHeldHosts('log', (made) => {
  ({ stores, leases, resourceId, hosts } = made);
  cursors = new LogCursorStore(stores.database);
});

function cursor(containerId: string, patch: Partial<LogCursor> = {}): LogCursor {
  return {
    containerId,
    anchorAt: '2026-11-24T04:15:10.123456789Z',
    anchorHash: 'f00d',
    followed: 7,
    lastAt: '2026-11-24T04:15:11.000000001Z',
    startedAt: '2026-11-24T04:15:09.999999999Z',
    finishedAt: '',
    ...patch,
  };
}
const read = async (hostId: string) => (await cursors.read(hostId)).toSorted((a, b) => a.containerId.localeCompare(b.containerId));
const expire = () =>
  stores.database.$executeRaw`UPDATE log_leases SET until = now() - interval '1 second' WHERE host_id = ANY(${hosts}::uuid[])`;

describe('log cursors', () => {
  it('are read as they were written, to the nanosecond and to the last line that can be counted', async () => {
    const written = [
      cursor('c1', { followed: Number.MAX_SAFE_INTEGER }),
      cursor('c2', { anchorAt: '', anchorHash: '', lastAt: '', followed: 0 }),
    ];
    expect(await cursors.commitMany('a', new Map([[hosts[0], written]]))).toEqual(new Set());
    expect(await read(hosts[0])).toEqual(written);
    expect(await read(hosts[1])).toEqual([]);
    expect(await read(randomUUID())).toEqual([]);
  });

  it('replace those of before, and leave the others; the same container id on another host is another', async () => {
    await cursors.commitMany('a', new Map([[hosts[0], [cursor('c1'), cursor('c2')]]]));
    await cursors.commitMany(
      'a',
      new Map([
        [hosts[0], [cursor('c1', { followed: 8, finishedAt: 'later' })]],
        [hosts[1], [cursor('c1')]],
      ]),
    );
    expect(await read(hosts[0])).toEqual([cursor('c1', { followed: 8, finishedAt: 'later' }), cursor('c2')]);
    expect(await read(hosts[1])).toEqual([cursor('c1')]);
  });

  it('of nothing are committed without a question, and of a host without any its lease is looked at', async () => {
    expect(await cursors.commitMany('a', new Map())).toEqual(new Set());
    expect(await cursors.commitMany('a', new Map([[hosts[0], []]]))).toEqual(new Set());
    expect(await cursors.commitMany('b', new Map([[hosts[0], []]]))).toEqual(new Set([hosts[0]]));
  });

  it('of a host that another holds, that ended or that is unknown are not written; those of the others are', async () => {
    const [taken, ended] = (await makeHosts(stores, 2)).hostIds as [string, string];
    const unknown = randomUUID();
    await leases.hold('b', [taken], 60_000);
    await leases.hold('a', [ended], 0);
    const all = [hosts[0], taken, ended, unknown];
    expect(await cursors.commitMany('a', new Map(all.map((id) => [id, [cursor('c1')]])))).toEqual(new Set([taken, ended, unknown]));
    expect(await Promise.all(all.map(async (id) => (await read(id)).length))).toEqual([1, 0, 0, 0]);
  });

  it('are not written by a member that has lost its lease to another, or given it back', async () => {
    await expire();
    await leases.hold('b', [hosts[0]], 60_000);
    await cursors.commitMany('b', new Map([[hosts[0], [cursor('c1', { followed: 9 })]]]));
    expect(await cursors.commitMany('a', new Map([[hosts[0], [cursor('c1', { followed: 1 })]]]))).toEqual(new Set([hosts[0]]));
    await leases.release('b', hosts);
    expect(await cursors.commitMany('b', new Map([[hosts[0], [cursor('c1', { followed: 1 })]]]))).toEqual(new Set([hosts[0]]));
    expect(await read(hosts[0])).toEqual([cursor('c1', { followed: 9 })]);
  });

  it('that are being written when the lease ends are read by whoever gets it next', async () => {
    await cursors.commitMany('a', new Map([[hosts[0], [cursor('c1', { followed: 1 })]]]));
    await leases.hold('a', [hosts[0]], 1_500);
    const order: string[] = [];
    const work: Promise<unknown>[] = [];
    const takeOver = async () => {
      order.push(`taken, ${(await leases.hold('b', [hosts[0]], 60_000)).length} held`);
      expect(await read(hosts[0])).toEqual([cursor('c1', { followed: 2 })]);
    };
    await stores.database.$transaction(async (transaction) => {
      await transaction.$queryRaw`SELECT 1 FROM log_cursors WHERE host_id = ${hosts[0]}::uuid FOR UPDATE`;
      const commit = cursors.commitMany('a', new Map([[hosts[0], [cursor('c1', { followed: 2 })]]]));
      work.push(commit.then((lost) => order.push(`committed, ${lost.size} lost`)));
      await waitUntilBlocked(stores.database, 'INSERT INTO log_cursors');
      await new Promise((resolve) => setTimeout(resolve, 1_600));
      work.push(takeOver());
      await waitUntilBlocked(stores.database, 'INSERT INTO log_leases');
    });
    await Promise.all(work);
    // Which of the two connections is answered first says nothing.
    expect(order.toSorted()).toEqual(['committed, 0 lost', 'taken, 1 held']);
  });

  it('of containers that are gone are removed by the holder only', async () => {
    await cursors.commitMany('a', new Map(hosts.map((id) => [id, [cursor('c1'), cursor('c2'), cursor('c3')]])));
    await cursors.forget('a', hosts[0], ['c1', 'c3', 'never seen']);
    await cursors.forget('a', hosts[0], []);
    await expect(cursors.forget('b', hosts[0], ['c2'])).rejects.toMatchObject({ code: 'lease_lost' });
    await expire();
    await expect(cursors.forget('a', hosts[0], ['c2'])).rejects.toMatchObject({ code: 'lease_lost' });
    expect((await read(hosts[0])).map(({ containerId }) => containerId)).toEqual(['c2']);
    expect(await read(hosts[1])).toHaveLength(3);
  });

  it('go with their host; a commit neither waits for its removal nor fails by it', async () => {
    const byHost = new Map(hosts.map((id) => [id, [cursor('c1')]]));
    await cursors.commitMany('a', byHost);
    await stores.database.$transaction(async (transaction) => {
      await transaction.host.delete({ where: { id: hosts[1] } });
      expect(await cursors.commitMany('a', byHost)).toEqual(new Set([hosts[1]]));
      await expect(cursors.forget('a', hosts[1], ['c1'])).rejects.toMatchObject({ code: 'lease_lost' });
    });
    expect(await stores.database.logCursor.count({ where: { hostId: { in: hosts } } })).toBe(1);
    await stores.clusters.forget(await lease(stores.database, resourceId), new Date(), 2);
    expect(await stores.database.logCursor.count({ where: { hostId: { in: hosts } } })).toBe(0);
  });

  it('and leases of many members and removals at once never wait for each other in a circle', async () => {
    const clusters = await Promise.all(Array.from({ length: 12 }, () => makeHosts(stores, 3)));
    const all = clusters.flatMap(({ hostIds }) => hostIds);
    const queries = vi.spyOn(stores.database.pool, 'query'); // `release` tells nobody
    const member = async (id: string, ids: string[]) => {
      for (let round = 0; round < 15; round += 1) {
        const held = (await leases.hold(id, ids, 60_000)).map(({ hostId }) => hostId);
        const lost = await cursors.commitMany(id, new Map(held.toReversed().map((hostId) => [hostId, [cursor('c1')]])));
        const own = held.filter((hostId) => !lost.has(hostId));
        await Promise.all([leases.hold(id, ids, 60_000), cursors.commitMany(id, new Map(own.map((hostId) => [hostId, [cursor('c2')]])))]);
        await leases.release(id, ids.toReversed());
      }
    };
    const removals = async () => {
      for (const cluster of clusters) await stores.clusters.forget(await lease(stores.database, cluster.resourceId), new Date(), 2);
    };
    await Promise.all([member('x', all), member('y', all.toReversed()), member('z', all), removals()]);
    expect(await stores.database.logLease.count({ where: { hostId: { in: all } } })).toBe(0);
    expect(queries.mock.settledResults.filter(({ type }) => type === 'rejected')).toEqual([]);
  });
});
