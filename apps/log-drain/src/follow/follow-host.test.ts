import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { dockerTime } from '../testing/docker-frames.js';
import { eventually, pause } from '../testing/eventually.js';
import { Following, hostId, numbered } from '../testing/following.js';
import { MemoryAudit, MemoryCursors, MemoryDatabase, sourceOf } from '../testing/memory-stores.js';
import type { StandInContainer } from '../testing/stand-in-container.js';
import { HostFollower } from './follow-host.js';
import { ownLinesId } from './follow-audit.js';

vi.mock('node:timers/promises', async () => await import('../testing/brief-sleep.js'));
vi.setConfig({ testTimeout: 30_000 });

let following: Following;
let cursors: MemoryCursors;
let audit: MemoryAudit;
let hosts: HostFollower[];
beforeEach(async () => {
  following = await Following.start();
  cursors = new MemoryCursors(new MemoryDatabase());
  audit = new MemoryAudit(new MemoryDatabase());
  hosts = [];
});
afterEach(async () => {
  await Promise.all(hosts.map((host) => host.stop()));
  await following.stop();
});

const nothing = { anchorAt: '', anchorHash: '', followed: 0, lastAt: '', startedAt: '', finishedAt: '' };
const follow = (hostIndex = 0): HostFollower => {
  const services = { ...following.services, audit: audit.port, cursors: cursors.port, memberId: 'member-1' };
  const host = new HostFollower(sourceOf(hostId, { hostIndex }), new Date(Date.parse(dockerTime(0))), services);
  hosts.push(host);
  return host;
};
/** Follows, and listens to the events. */
const followReady = async (hostIndex = 0): Promise<HostFollower> => {
  const host = follow(hostIndex);
  await eventually(() => expect(following.docker.listeners).toBe(1));
  return host;
};
const printed = async (texts: string[]) => await eventually(() => expect(following.log.printed).toEqual(texts));
const said = async (texts: string[]) => await eventually(() => expect(following.log.said).toEqual(texts));
const requestsOf = (container: StandInContainer) => following.docker.requests.filter((request) => request.includes(container.id));

describe('HostFollower', () => {
  it('follows what runs already, reads what has ended to its end, and calls both by their names', async () => {
    const [web, job] = [following.docker.run('web', { 'com.docker.compose.service': 'front' }), following.docker.run('job')];
    web.write('from web');
    job.write('from job');
    following.docker.end(job);
    const host = await followReady();
    await eventually(() => expect(following.log.printed.toSorted()).toEqual(['from job', 'from web']));
    expect(new Set(following.log.lines.map(({ process }) => process))).toEqual(new Set(['dockhero', 'dockhero.front.1', 'dockhero.job']));
    await eventually(() => expect(following.log.said.toSorted()).toEqual(['front.1 started', 'job exited with code 0', 'job started']));
    expect(host.streams).toBe(1);
  });

  it('finds a container that is started later by its event', async () => {
    await followReady();
    const web = following.docker.run('web');
    web.writeMany(numbered(0, 3));
    await printed(numbered(0, 3));
    following.docker.end(web, 1);
    await said(['web started', 'web exited with code 1']);
  });

  it('finds a container of which no event has told when the events break off and are followed again', async () => {
    await followReady();
    following.docker.tellsEvents = false;
    const web = following.docker.run('web');
    web.write('unheard');
    following.docker.cutEvents();
    await printed(['unheard']);
    following.docker.tellsEvents = true;
    await eventually(() => expect(following.docker.listeners).toBe(1));
    following.docker.run('other').write('heard');
    await printed(['unheard', 'heard']);
  });

  it('a container that is started again is followed again, and nothing of it told twice', async () => {
    await followReady();
    const web = following.docker.run('web');
    for (let run = 0; run < 3; run += 1) {
      web.writeMany(numbered(run * 3, run * 3 + 3));
      const end = `2026-11-26T1${String(run)}:30:00.123456789Z`;
      following.docker.end(web, run, end);
      await eventually(() => expect(following.log.said.at(-1)).toBe(`web exited with code ${String(run)}`));
      following.docker.start(web, `2026-11-26T1${String(run)}:40:00.123456789Z`);
    }
    await eventually(() => expect(following.log.said).toHaveLength(7));
    expect(following.log.printed).toEqual(numbered(0, 9));
    expect(following.log.said.filter((text) => text === 'web started')).toHaveLength(4);
  });

  it('leaves a container alone whose label says so, listed or heard of', async () => {
    const listed = following.docker.run('listed', { 'dockhero.logs': 'off' });
    await followReady();
    const heard = following.docker.run('heard', { 'dockhero.logs': 'off' });
    for (const container of [listed, heard]) container.write('private');
    following.docker.end(heard, 1);
    following.docker.run('web', { 'dockhero.logs': 'on' }).write('public');
    await printed(['public']);
    expect([...requestsOf(listed), ...requestsOf(heard)]).toEqual([]);
    expect(following.log.said).toEqual(['web started']);
  });

  it('forgets the cursor of a container that is gone once more when the log has stored it meanwhile', async () => {
    following.log.lag = 3_600;
    cursors.put(hostId, { ...nothing, containerId: 'gone' });
    await followReady();
    await eventually(() => expect(cursors.idsOf(hostId)).toEqual([]));
    // The log had a batch of its lines under way.
    cursors.put(hostId, { ...nothing, containerId: 'gone' });
    following.log.lag = 0;
    following.docker.run('web');
    await eventually(() => expect(cursors.idsOf(hostId)).not.toContain('gone'));
  });

  it('forgets the cursors of containers that are gone, and not that of the resource’s own lines', async () => {
    const web = following.docker.run('web');
    web.writeMany(numbered(0, 3));
    cursors.put(hostId, ...[web.id, 'gone-1', 'gone-2', ownLinesId].map((containerId) => ({ ...nothing, containerId })));
    await followReady();
    await eventually(() => expect(cursors.idsOf(hostId)).toEqual([ownLinesId, web.id].toSorted()));
    following.docker.end(web);
    await said(['web started', 'web exited with code 0']);
    following.docker.remove(web);
    await eventually(() => expect(cursors.idsOf(hostId)).toEqual([ownLinesId]));
  });

  it('goes on where the stored cursors are', async () => {
    const web = following.docker.run('web');
    web.writeMany(numbered(0, 5));
    audit.write('notice', 'news');
    const first = follow();
    await printed(numbered(0, 5));
    await eventually(() => expect(following.log.said.toSorted()).toEqual(['news', 'web started']));
    const web1 = following.follow(web);
    await eventually(() => expect(following.log.printed).toHaveLength(10));
    await Promise.all([first.stop(), web1.stop()]);
    cursors.put(hostId, web1.position().cursor, { ...nothing, containerId: ownLinesId, followed: 1 });
    following.log.lines.length = 0;
    audit.write('notice', 'more news');
    web.write('line 5');
    await followReady();
    await printed(['line 5']);
    await said(['more news']);
  });

  it('tells the resource’s own lines with its first host, not with others', async () => {
    audit.write('notice', 'news');
    await followReady(1);
    await pause(50);
    expect(following.log.said).toEqual([]);
    follow(0);
    await said(['news']);
  });

  it('begins once the cursors could be read, and tells nothing when it was stopped before', async () => {
    cursors.database.isDown = true;
    audit.write('notice', 'told already');
    following.docker.run('web').write('waits');
    const [stopped] = [follow(), follow()];
    await pause(50);
    await stopped?.stop();
    await pause(50);
    expect([following.log.texts, following.docker.requests]).toEqual([[], []]);
    cursors.database.isDown = false;
    await printed(['waits']);
    expect(following.log.said.filter((text) => text === 'told already')).toHaveLength(1);
  });

  it('tells what events say of images and of health', async () => {
    await followReady();
    const web = following.docker.run('web');
    following.docker.push({ Type: 'image', Action: 'pull', Actor: { ID: 'nginx:1', Attributes: {} } });
    following.docker.emit('health_status: unhealthy', web);
    await eventually(() => expect(following.log.said).toContain('web is unhealthy: its health check fails'));
    expect(following.log.said).toContain('image pulled: nginx:1');
  });
});
