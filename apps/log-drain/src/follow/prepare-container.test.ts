import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { dockerTime } from '../testing/docker-frames.js';
import { eventually, pause } from '../testing/eventually.js';
import { Following, hostId } from '../testing/following.js';
import { MemoryAudit, MemoryCursors, MemoryDatabase, sourceOf } from '../testing/memory-stores.js';
import type { StandInContainer } from '../testing/stand-in-container.js';
import { HostFollower } from './follow-host.js';
import { PreparedContainers } from './prepare-container.js';

vi.mock('node:timers/promises', async () => await import('../testing/brief-sleep.js'));
vi.setConfig({ testTimeout: 30_000 });

let following: Following;
let host: HostFollower | null;
beforeEach(async () => {
  following = await Following.start();
  host = null;
});
afterEach(async () => {
  await host?.stop();
  await following.stop();
});

const follow = async () => {
  const database = new MemoryDatabase();
  const stores = { audit: new MemoryAudit(database).port, cursors: new MemoryCursors(database).port, memberId: 'member-1' };
  host = new HostFollower(sourceOf(hostId, { hostIndex: 1 }), new Date(Date.parse(dockerTime(0))), { ...following.services, ...stores });
  await eventually(() => expect(following.docker.listeners).toBe(1));
};
/** Prints, ends and is removed as soon as somebody has asked for its log. */
const liveBriefly = async (container: StandInContainer) => {
  const before = following.docker.logRequests(container.id).length;
  following.docker.start(container);
  container.write('hello');
  await eventually(() => expect(following.docker.logRequests(container.id).length).toBeGreaterThan(before));
  following.docker.end(container, 7);
  following.docker.remove(container);
};
const wholeLife = ['job started', 'hello', 'job exited with code 7, and was removed'];

describe('a container that lives for moments', () => {
  it('is read without being looked at, when it was looked at as it was created', async () => {
    await follow();
    const job = following.docker.create('job');
    // Looked at ahead, and by the look that its event asks for; a container that does not run has nothing to say.
    await eventually(() => expect(following.docker.openLogs).toBe(0));
    await pause(300);
    following.docker.slowMs.inspect = 2_000;
    const asked = following.docker.requests.length;
    await liveBriefly(job);
    expect(following.docker.requests[asked]).toMatch(/\/logs\?/);
    following.docker.slowMs.inspect = 0;
    await eventually(() => expect(following.log.texts).toEqual(wholeLife));
  });

  it('is read also when it starts while the look that its event asked for is under way', async () => {
    await follow();
    const { engine } = following.docker;
    const { answer } = engine;
    let looks = 0;
    // One look is needed to prepare it; whatever else is asked of it is answered when it is over.
    engine.answer = async (socket, request) => {
      if (request.includes('/job-') && request.includes('/json') && (looks += 1) > 1) await over.promise;
      await answer(socket, request);
    };
    const over = Promise.withResolvers<void>();
    const job = following.docker.create('job');
    await pause(300);
    await liveBriefly(job).finally(over.resolve);
    await eventually(() => expect(following.log.texts).toEqual(wholeLife));
  });
});

describe('PreparedContainers', () => {
  const prepare = async (count: number) => {
    const { watch } = following;
    const { engine } = following.docker;
    const prepared = new PreparedContainers(watch, engine.port);
    const containers = Array.from({ length: count }, (_, index) => following.docker.create(`job-${String(index)}`));
    for (const { id } of containers) await prepared.prepare(id, async () => engine.connection);
    return { prepared, containers };
  };

  it('hands a container over once, connected', async () => {
    const { prepared, containers } = await prepare(1);
    const id = containers[0]?.id ?? '';
    const taken = prepared.take(id);
    expect(taken?.details).toMatchObject({ isRunning: false, isTerminal: false });
    expect([taken?.socket.destroyed, prepared.take(id)]).toEqual([false, null]);
    taken?.socket.destroy();
  });

  it('keeps the newest twenty', async () => {
    const { prepared, containers } = await prepare(23);
    const kept = containers.map(({ id }) => prepared.take(id));
    expect(kept.map((one) => one !== null)).toEqual([...Array<boolean>(3).fill(false), ...Array<boolean>(20).fill(true)]);
    for (const one of kept) one?.socket.destroy();
  });

  it('prepares none that runs already, and none that is not there', async () => {
    const { prepared } = await prepare(0);
    const web = following.docker.run('web');
    for (const id of [web.id, 'nobody']) await prepared.prepare(id, async () => following.docker.engine.connection);
    expect([prepared.take(web.id), prepared.take('nobody')]).toEqual([null, null]);
  });

  it('forgets all of them when it is told to', async () => {
    const { prepared, containers } = await prepare(3);
    prepared.clear();
    expect(containers.map(({ id }) => prepared.take(id))).toEqual([null, null, null]);
  });
});
