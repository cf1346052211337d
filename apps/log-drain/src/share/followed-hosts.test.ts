import type { HostSource } from '@dockhero/database/host-source-store';
import type { ControlPlaneCredentials } from '@dockhero/docker/control-plane-credentials';
import type { HeldSource } from '@dockhero/domain/sharing/hold-hosts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BufferPool } from '../deliver/buffer-pool.js';
import { CursorCommits } from '../deliver/commit-cursors.js';
import { CopyBudget } from '../deliver/copy-budget.js';
import { LaneBudget } from '../deliver/lane.js';
import { LogInputs } from '../deliver/log-inputs.js';
import type { LogplexClient } from '../deliver/post-batch.js';
import { dockerTime } from '../testing/docker-frames.js';
import { eventually, pause } from '../testing/eventually.js';
import { FakeLogInputStore } from '../testing/fake-log-input-store.js';
import { Following, hostId, numbered } from '../testing/following.js';
import { MemoryAudit, MemoryCursors, MemoryDatabase, sourceOf } from '../testing/memory-stores.js';
import type { StandInContainer } from '../testing/stand-in-container.js';
import { textsOf } from '../testing/strict-frames.js';
import { OpeningTurns } from '../follow/opening-turns.js';
import { FollowedHosts } from './followed-hosts.js';

vi.mock('node:timers/promises', async () => await import('../testing/brief-sleep.js'));
vi.setConfig({ testTimeout: 30_000 });

const otherHostId = '22222222-2222-4222-8222-222222222222';
let following: Following;
let cursors: MemoryCursors;
let hosts: FollowedHosts;
let web: StandInContainer;
let delivered: string[];
let mayTake: Promise<void>;
let store: FakeLogInputStore;
let database: MemoryDatabase;
beforeEach(async () => {
  following = await Following.start();
  database = new MemoryDatabase();
  cursors = new MemoryCursors(database);
  delivered = [];
  mayTake = Promise.resolve();
  store = new FakeLogInputStore();
  for (const id of ['resource-1', 'resource-2']) store.record(id, `https://token:t.1@logplex/${id}`);
  hosts = newHosts();
  web = following.docker.run('web');
});

function newHosts(): FollowedHosts {
  const { docker, logger, metrics, watch, turns } = following;
  const post: LogplexClient['post'] = async (_, body) => {
    await mayTake;
    delivered.push(...textsOf(body));
    return { kind: 'taken' };
  };
  return new FollowedHosts({
    budget: new LaneBudget(new BufferPool(16 * 1024 * 1024)),
    copyBudget: new CopyBudget(1024 * 1024),
    inputs: new LogInputs(store.port, { ring: () => {} }, metrics, logger),
    commits: new CursorCommits(cursors, 'member-1', logger),
    logplex: { post } as LogplexClient,
    metrics,
    logger,
    linesPerSecondMax: 100_000,
    watch,
    credentials: { to: async (_, address) => ({ ...docker.engine.connection, address }) } as ControlPlaneCredentials,
    cursors: cursors.port,
    audit: new MemoryAudit(database).port,
    memberId: 'member-1',
    dockerPort: docker.engine.port,
    turns,
  });
}
afterEach(async () => {
  await hosts.keep([]);
  await following.stop();
});

const held = (id = hostId, changes: Parameters<typeof sourceOf>[1] = {}): HeldSource<HostSource> => ({
  source: sourceOf(id, changes),
  followedSince: new Date(Date.parse(dockerTime(0))),
});
const lines = () => delivered.filter((text) => text.startsWith('line'));
const arrived = async (texts: string[]) => await eventually(() => expect(lines()).toEqual(texts));
const eventsAsked = () => following.docker.requests.filter((request) => request.startsWith('/events')).length;

describe('FollowedHosts', () => {
  it('follows the hosts it is told to keep, delivers their lines and stores how far it is', async () => {
    web.writeMany(numbered(0, 10));
    await hosts.keep([held()]);
    await arrived(numbered(0, 10));
    expect([hosts.hostIds, hosts.streams, hosts.logs.map(({ resourceId }) => resourceId)]).toEqual([[hostId], 1, ['resource-1']]);
    await eventually(() => expect(cursors.rows.get(hostId)?.get(web.id)).toMatchObject({ followed: 10, lastAt: web.messages[9]?.at }));
  });

  it('does not begin anew with a host that it is told to keep again', async () => {
    await hosts.keep([held()]);
    await eventually(() => expect(following.docker.listeners).toBe(1));
    for (let beat = 0; beat < 5; beat += 1) await hosts.keep([held()]);
    web.write('line 0');
    await arrived(['line 0']);
    expect(eventsAsked()).toBe(1);
  });

  it('begins anew with a host whose address has changed, where it was', async () => {
    web.writeMany(numbered(0, 3));
    await hosts.keep([held()]);
    await arrived(numbered(0, 3));
    await hosts.keep([held(hostId, { address: 'localhost' })]);
    await eventually(() => expect(following.docker.listeners).toBe(1));
    web.write('line 3');
    await arrived(numbered(0, 4));
    expect(eventsAsked()).toBe(2);
  });

  it('stops following what it is told to drop, having stored what was delivered; who comes next goes on there', async () => {
    web.writeMany(numbered(0, 10));
    await hosts.keep([held()]);
    await arrived(numbered(0, 10));
    await hosts.drop([hostId]);
    expect([hosts.hostIds, hosts.streams, hosts.logs]).toEqual([[], 0, []]);
    await eventually(() => expect([following.docker.openLogs, following.docker.listeners]).toEqual([0, 0]));
    web.writeMany(numbered(10, 20));
    await pause(50);
    expect(lines()).toEqual(numbered(0, 10));
    await hosts.keep([held()]);
    await arrived(numbered(0, 20));
  });

  it('knows how late the log of each host is, by the oldest line that waits', async () => {
    let take = (): void => {};
    mayTake = new Promise((resolve) => (take = resolve));
    web.write('line 0');
    await hosts.keep([held()]);
    const laterMs = Date.now() + 90_000;
    await eventually(() => expect(hosts.lagsMs(laterMs).get(hostId)).toBeGreaterThanOrEqual(80_000));
    take();
    await arrived(['line 0']);
    await eventually(() => expect(hosts.lagsMs(laterMs)).toEqual(new Map([[hostId, 0]])));
  });

  it('has one log for all hosts of an app, until the last of them is dropped', async () => {
    const [first, second] = [held(), held(otherHostId, { hostIndex: 1 })];
    await hosts.keep([first, second, held('33333333-3333-4333-8333-333333333333', { resourceId: 'resource-2' })]);
    const log = hosts.logs.find(({ resourceId }) => resourceId === 'resource-1');
    expect(hosts.logs.map(({ resourceId }) => resourceId)).toEqual(['resource-1', 'resource-2']);
    await hosts.keep([second]);
    expect(hosts.logs).toEqual([log]);
    await hosts.keep([]);
    expect(hosts.logs).toEqual([]);
  });

  it('a lost lease drops the app’s hosts; when they are kept again it begins anew from what is stored', async () => {
    web.writeMany(numbered(0, 5));
    await hosts.keep([held()]);
    await eventually(() => expect(cursors.rows.get(hostId)?.get(web.id)?.followed).toBe(5));
    cursors.lostHosts.add(hostId);
    web.write('line 5');
    await eventually(() => expect([hosts.hostIds, hosts.logs]).toEqual([[], []]));
    await eventually(() => expect(following.docker.openLogs).toBe(0));
    cursors.lostHosts.delete(hostId);
    await hosts.keep([held()]);
    web.write('line 6');
    // The batch that was delivered and not stored comes again, nothing else does.
    await arrived([...numbered(0, 6), 'line 5', 'line 6']);
  });

  it('a log whose delivery broke off is not used again, not even by hosts that are kept while its own still stop', async () => {
    await hosts.keep([held()]);
    web.write('line 0');
    await eventually(() => expect(cursors.rows.get(hostId)?.get(web.id)?.followed).toBe(1));
    const { engine } = following.docker;
    const { answer } = engine;
    const over = Promise.withResolvers<void>();
    const asked = vi.fn();
    engine.answer = async (socket, request) => {
      if (request.includes('/containers/json')) asked();
      if (request.includes('/containers/json')) await over.promise;
      await answer(socket, request);
    };
    following.docker.create('other');
    await eventually(() => expect(asked).toHaveBeenCalled());
    cursors.lostHosts.add(hostId);
    web.write('line 1');
    await eventually(() => expect(hosts.hostIds).toEqual([]));
    cursors.lostHosts.delete(hostId);
    await hosts.keep([held()]);
    over.resolve();
    await eventually(() => expect(following.docker.openLogs).toBe(1));
    web.write('line 2');
    await eventually(() => expect(lines().at(-1)).toBe('line 2'));
    await eventually(() => expect(cursors.rows.get(hostId)?.get(web.id)?.followed).toBe(3));
  });

  it('opens no more streams at once than there are turns, however many containers there are, and all of them in the end', async () => {
    following.turns = new OpeningTurns(5);
    hosts = newHosts();
    for (let index = 1; index < 40; index += 1) following.docker.run(`c${String(index)}`).write(`line of c${String(index)}`);
    web.write('line of c0');
    const { engine } = following.docker;
    const { answer } = engine;
    let [opening, most] = [0, 0];
    engine.answer = async (socket, request) => {
      if (request.includes('/logs')) {
        opening += 1;
        most = Math.max(most, opening);
        await pause(50);
        opening -= 1;
      }
      await answer(socket, request);
    };
    await hosts.keep([held()]);
    await eventually(() => expect(new Set(lines()).size).toBe(40));
    expect(most).toBe(5);
  });

  it('asks the database once where the logs of all new hosts go', async () => {
    const ids = Array.from({ length: 50 }, (_, index) => `resource-${String(index + 10)}`);
    for (const id of ids) store.record(id, `https://token:t.1@logplex/${id}`);
    const asked = vi.spyOn(store, 'urls');
    await hosts.keep(ids.map((resourceId, index) => held(`33333333-3333-4333-8333-3333333333${String(index + 10)}`, { resourceId })));
    expect(asked).toHaveBeenCalledTimes(1);
    expect(hosts.hostIds).toHaveLength(50);
  });
});
