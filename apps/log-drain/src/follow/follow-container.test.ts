import type { LogCursor } from '@dockhero/database/log-cursor-store';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { dockerTime } from '../testing/docker-frames.js';
import { eventually } from '../testing/eventually.js';
import { Following, joined, numbered } from '../testing/following.js';
import type { StandInContainer } from '../testing/stand-in-container.js';

vi.mock('node:timers/promises', async () => await import('../testing/brief-sleep.js'));
vi.setConfig({ testTimeout: 30_000 });

const [firstStart, firstEnd] = ['2026-11-26T11:00:00.123456789Z', '2026-11-26T12:00:00.500000001Z'];
const [secondStart, secondEnd] = ['2026-11-26T12:00:10.250000001Z', '2026-11-26T13:00:00.000000001Z'];

let following: Following;
let web: StandInContainer;
beforeEach(async () => {
  following = await Following.start();
  web = following.docker.create('web');
  following.docker.start(web, firstStart);
});
afterEach(async () => await following.stop());

const printed = async (texts: string[]) => await eventually(() => expect(following.log.printed).toEqual(texts));
const logRequests = () => following.docker.logRequests(web.id).length;

describe('ContainerFollower', () => {
  it('tells start and end once, each with its time, around what the container printed, in order', async () => {
    const follower = following.follow(web);
    web.write('to stdout');
    web.write('to stderr', { stream: 2 });
    await printed(['to stdout', 'to stderr']);
    web.write('last words');
    following.docker.end(web, 3, firstEnd);
    expect(await follower.ended).toBe('exited');
    expect(following.log.lines).toEqual([
      { process: 'dockhero', severity: 'info', at: '2026-11-26T11:00:00.123000000Z', text: 'web started' },
      { process: 'dockhero.web', severity: 'info', at: dockerTime(1e6), text: 'to stdout' },
      { process: 'dockhero.web', severity: 'error', at: dockerTime(2e6), text: 'to stderr' },
      { process: 'dockhero.web', severity: 'info', at: dockerTime(3e6), text: 'last words' },
      { process: 'dockhero', severity: 'error', at: '2026-11-26T12:00:00.500000000Z', text: 'web exited with code 3' },
    ]);
  });

  it('takes what is stored only after the stream has ended', async () => {
    const follower = following.follow(web);
    web.write('in time');
    await printed(['in time']);
    following.docker.slowMs.inspect = 200;
    following.docker.end(web);
    await eventually(() => expect(following.docker.openLogs).toBe(0));
    web.write('late');
    expect(await follower.ended).toBe('exited');
    expect(following.log.texts).toEqual(['web started', 'in time', 'late', 'web exited with code 0']);
  });

  it('a container that restarts is told to have ended and to start anew, and its log goes on', async () => {
    const follower = following.follow(web);
    web.writeMany(numbered(0, 3));
    await printed(numbered(0, 3));
    follower.noteEnd(1);
    following.docker.end(web, 1, firstEnd);
    following.docker.start(web, secondStart);
    await eventually(() => expect(logRequests()).toBe(2));
    web.writeMany(numbered(3, 6));
    await printed(numbered(0, 6));
    following.docker.end(web, 0, secondEnd);
    expect(await follower.ended).toBe('exited');
    const [start, end] = ['web started', 'web exited with code 0'];
    expect(following.log.texts).toEqual([start, ...numbered(0, 3), 'web exited with code 1', start, ...numbered(3, 6), end]);
  });

  it('a container that ran again while nobody followed is told to have ended, also when its exit code is not known', async () => {
    const first = following.follow(web);
    web.write('line 0');
    await printed(['line 0']);
    const { cursor } = first.position();
    await first.stop();
    following.docker.end(web, 1, firstEnd);
    following.docker.start(web, secondStart);
    following.follow(web, cursor);
    const ended = 'web exited and was started again; its exit code is not known';
    await eventually(() => expect(following.log.said).toEqual(['web started', ended, 'web started']));
  });

  it('a new follower with the stored cursor goes on exactly there, and says nothing again', async () => {
    let cursor: LogCursor | null = null;
    for (let round = 0; round < 10; round += 1) {
      web.writeMany(numbered(round * 10, round * 10 + 10), { stepMs: round % 3 === 0 ? 0 : 400 });
      const follower = following.follow(web, cursor);
      await eventually(() => expect(following.log.printed.length).toBe(round * 10 + 10));
      ({ cursor } = follower.position());
      await follower.stop();
      expect(await follower.ended).toBe('stopped');
    }
    web.write('last words');
    following.docker.end(web);
    expect(await following.follow(web, cursor).ended).toBe('exited');
    expect(following.log.texts).toEqual(['web started', ...numbered(0, 100), 'last words', 'web exited with code 0']);
  });

  it('a container whose end is known is not read again, until it has run again', async () => {
    web.writeMany(numbered(0, 3));
    following.docker.end(web, 0, firstEnd);
    const first = following.follow(web);
    expect(await first.ended).toBe('exited');
    const read = logRequests();
    const second = following.follow(web, first.position().cursor);
    expect([await second.ended, logRequests()]).toEqual(['exited', read]);
    following.docker.start(web, secondStart);
    web.write('line 3');
    following.docker.end(web, 0, secondEnd);
    expect(await following.follow(web, second.position().cursor).ended).toBe('exited');
    const [start, end] = ['web started', 'web exited with code 0'];
    expect(following.log.texts.filter((text) => !text.startsWith('line'))).toEqual([start, end, start, end]);
    expect(following.log.printed).toEqual(numbered(0, 4));
  });

  it('a container that is removed as it ends tells what it printed, and the exit code that its event had', async () => {
    const follower = following.follow(web);
    web.writeMany(numbered(0, 3));
    await printed(numbered(0, 3));
    web.write('last words');
    follower.noteEnd(137);
    following.docker.end(web, 137);
    following.docker.remove(web);
    expect(await follower.ended).toBe('gone');
    expect(following.log.texts).toEqual(['web started', ...numbered(0, 3), 'last words', 'web exited with code 137, and was removed']);
    expect(following.log.lines.at(-1)?.severity).toBe('error');
  });

  it('a container that was removed before it could be read says that nothing was', async () => {
    following.docker.remove(web);
    const follower = following.follow(web);
    follower.noteEnd(0);
    expect(await follower.ended).toBe('gone');
    expect(following.log.texts).toEqual(['web exited with code 0, and was removed; nothing it may have printed was read']);
  });

  it('of a container that keeps no log tells start and end, and asks for none', async () => {
    web.logDriver = 'none';
    const follower = following.follow(web);
    await eventually(() => expect(following.log.said).toEqual(['web started']));
    following.docker.end(web, 2);
    expect(await follower.ended).toBe('exited');
    expect(following.log.texts).toEqual(['web started', 'web exited with code 2']);
    expect(logRequests()).toBe(0);
  });

  it('reads a terminal, whose lines have no frames', async () => {
    web.isTerminal = true;
    const follower = following.follow(web);
    web.writeMany(['$ ls', '', 'ünïcode']);
    await printed(['$ ls', '', 'ünïcode']);
    following.docker.end(web);
    expect(await follower.ended).toBe('exited');
    expect(following.log.texts).toEqual(['web started', '$ ls', '', 'ünïcode', 'web exited with code 0']);
  });

  // The driver `local` of 20.10 puts no line end behind the last part of a line of more than 16 KiB.
  it.each([true, false])('takes the end of a long line that ends with the log and has no line end (terminal: %s)', async (isTerminal) => {
    web.isTerminal = isTerminal;
    const parts = ['x'.repeat(16 * 1024), isTerminal ? 'tail' : 'y'.repeat(16 * 1024)];
    parts.forEach((part, index) => web.write(part, { end: '', stepMs: index === 0 ? 1 : 0 }));
    following.docker.end(web);
    await following.follow(web).ended;
    expect(joined(following.log.printed)).toBe(joined(parts));
  });

  it('begins where it is told to with a container that is older than we are', async () => {
    web.writeMany(numbered(0, 10), { stepMs: 1_000 });
    following.docker.end(web);
    await following.follow(web, null, dockerTime(6e9)).ended;
    expect(following.log.printed).toEqual(numbered(5, 10));
  });

  it('waits for a Docker that is away, and ends at once when it is told to stop meanwhile', async () => {
    const { engine } = following.docker;
    const { answer } = engine;
    engine.answer = (socket) => void socket.destroy();
    const [follower, other] = [following.follow(web), following.follow(web)];
    await eventually(() => expect(engine.requests.length).toBeGreaterThan(4));
    await other.stop();
    engine.answer = answer;
    web.write('here again');
    await printed(['here again']);
    following.docker.end(web);
    expect([await follower.ended, await other.ended]).toEqual(['exited', 'stopped']);
    expect(following.log.texts).toEqual(['web started', 'here again', 'web exited with code 0']);
  });
});
