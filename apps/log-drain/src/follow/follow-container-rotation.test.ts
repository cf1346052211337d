import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventually } from '../testing/eventually.js';
import { Following, numbered } from '../testing/following.js';
import type { StandInContainer } from '../testing/stand-in-container.js';

vi.mock('node:timers/promises', async () => await import('../testing/brief-sleep.js'));
vi.setConfig({ testTimeout: 30_000 });

let following: Following;
let web: StandInContainer;
beforeEach(async () => {
  following = await Following.start();
  web = following.docker.run('web');
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(async () => {
  vi.useRealTimers();
  await following.stop();
});

const printed = async (texts: string[]) => await eventually(() => expect(following.log.printed).toEqual(texts));
const sent = async (messages: number) => await eventually(() => expect(following.docker.sent).toBe(messages));

describe('ContainerFollower, when dockerd rotates the log’s file', () => {
  it.each([1, 4])('brings the new file’s first lines once (%i of them), and stores no position behind what was brought', async (again) => {
    const follower = following.follow(web);
    web.writeMany(numbered(0, 10), { stepMs: 100 });
    await printed(numbered(0, 10));
    web.beginFile();
    web.writeMany(numbered(10, 10 + again), { stepMs: 100 });
    await sent(10 + 2 * again);
    const { cursor } = follower.position();
    expect(cursor.followed).toBe(10 + again);
    await follower.stop();
    web.writeMany(numbered(10 + again, 20), { stepMs: 100 });
    following.follow(web, cursor);
    await printed(numbered(0, 20));
  });

  it('and leaves us behind, asks again before the file is gone', async () => {
    web.leavesBehind = true;
    following.follow(web);
    web.writeMany(numbered(0, 10), { stepMs: 100 });
    await printed(numbered(0, 10));
    web.beginFile();
    web.write('line 10');
    await sent(12);
    web.writeMany(numbered(11, 20), { stepMs: 100 });
    await eventually(() => {
      vi.advanceTimersByTime(500);
      expect(following.log.printed).toEqual(numbered(0, 20));
    });
    expect(following.docker.logRequests(web.id)).toHaveLength(2);
    expect(following.log.told).toEqual([]);
  });

  it('and the host’s clock is set back at the same time, asks again once, and loses and repeats nothing', async () => {
    following.follow(web);
    web.writeMany(numbered(0, 10), { stepMs: 100 });
    await printed(numbered(0, 10));
    web.write('line 10', { stepMs: -300 });
    web.writeMany(numbered(11, 20), { stepMs: 10 });
    await printed(numbered(0, 20));
    expect(following.docker.logRequests(web.id)).toHaveLength(2);
  });
});
