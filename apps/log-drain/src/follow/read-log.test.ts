import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectForLog } from '@dockhero/docker/log-stream';
import { eventually, pause } from '../testing/eventually.js';
import { Following, numbered } from '../testing/following.js';
import { header, nobody } from '../testing/lines.js';
import type { StandInContainer } from '../testing/stand-in-container.js';
import { hashOf, LogPosition } from './log-position.js';
import { readLog, type LogReading } from './read-log.js';

vi.setConfig({ testTimeout: 30_000 });

let following: Following;
let container: StandInContainer;
let abort: AbortController;
beforeEach(async () => {
  following = await Following.start();
  container = following.docker.run('web');
  abort = new AbortController();
  // Sockets have timers of their own.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(async () => {
  vi.useRealTimers();
  abort.abort();
  await following.stop();
});

const read = async (follow = true, changes: Partial<LogReading> = {}) => {
  const { docker, log } = following;
  const { port, connection } = docker.engine;
  const lines: LogReading['lines'] = {
    get hasRoom() {
      return log.hasRoom;
    },
    add: (severity, source, timeAt, textAt, textEnd) => log.add(nobody, severity, header, source, timeAt, textAt, textEnd),
  };
  const position = new LogPosition({ anchorAt: '', anchorHash: '', followed: 0, lastAt: '' });
  const reading = {
    isTerminal: false,
    position,
    lines,
    room: log,
    signal: abort.signal,
    socket: undefined,
    onOpen: () => {},
    onTrouble: () => {},
  };
  return await readLog(connection, { containerId: container.id, since: '0', follow, port }, { ...reading, ...changes });
};
const isWaiting = async () => await eventually(() => expect(following.log.waiting).toBe(1));
const isClosed = async () => await eventually(() => expect(following.docker.openLogs).toBe(0));
/** The engine has written what fits into the sockets' buffers, or everything. */
const isStill = async () => {
  for (let before = -1; before !== following.docker.sent;) {
    before = following.docker.sent;
    await pause(100);
  }
};

describe('readLog', () => {
  it('takes every line in order until Docker ends the stream, and has skimmed nothing then', async () => {
    container.writeMany(numbered(0, 50));
    const reading = read();
    await eventually(() => expect(following.log.texts.length).toBe(50));
    container.writeMany(numbered(50, 100));
    container.end();
    expect(await reading).toBeNull();
    expect(following.log.texts).toEqual(numbered(0, 100));
  });

  it('takes no line more than there is room for, and Docker feels it', async () => {
    const texts = numbered(0, 4_000).map((text) => text.padEnd(9_900, '.'));
    container.writeMany(texts);
    following.log.open(10);
    const reading = read();
    await isWaiting();
    await isStill();
    expect([following.log.texts.length, following.docker.sent < texts.length]).toEqual([10, true]);
    following.log.open();
    container.end();
    expect(await reading).toBeNull();
    expect(following.log.texts).toEqual(texts);
  });

  it('goes on where it stopped, however often room runs out for less than half a second', async () => {
    container.writeMany(numbered(0, 200));
    following.log.open(7);
    const reading = read();
    for (let taken = 7; taken < 196; taken += 7) {
      await eventually(() => expect([following.log.texts.length, following.log.waiting]).toEqual([taken, 1]));
      vi.advanceTimersByTime(499);
      following.log.open(7);
    }
    following.log.open();
    container.end();
    expect(await reading).toBeNull();
    expect(following.log.texts).toEqual(numbered(0, 200));
  });

  it('after half a second without room reads on all the same, takes nothing, and says how many there were and which was the last', async () => {
    const texts = numbered(0, 4_000).map((text) => text.padEnd(9_900, '.'));
    container.writeMany(texts);
    following.log.open(10);
    const reading = read();
    await isWaiting();
    vi.advanceTimersByTime(500);
    await eventually(() => expect(following.docker.sent).toBe(texts.length));
    container.write('the very last');
    container.end();
    await isClosed();
    following.log.open();
    const last = container.messages.at(-1);
    const bytes = Buffer.from(`${last?.at ?? ''} ${last?.text ?? ''}`);
    expect(await reading).toEqual({ count: 3_991, last: { at: last?.at, hash: hashOf(bytes, 0, bytes.length) } });
    expect(following.log.texts).toEqual(texts.slice(0, 10));
  });

  it('waits for room for as long as it takes where Docker has ended the stream, and takes all that came', async () => {
    container.writeMany(numbered(0, 100));
    container.end();
    following.log.open(10);
    const reading = read(false);
    await isWaiting();
    vi.advanceTimersByTime(3_600_000);
    expect(following.log.texts).toHaveLength(10);
    following.log.open();
    expect(await reading).toBeNull();
    expect(following.log.texts).toEqual(numbered(0, 100));
  });

  it('ends at once when it is told to, also while it waits for room, and leaves nothing behind', async () => {
    container.writeMany(numbered(0, 100));
    following.log.open(10);
    const reading = read();
    await isWaiting();
    abort.abort();
    expect(await reading).toBeNull();
    expect([following.log.waiting, vi.getTimerCount()]).toEqual([0, 0]);
    await isClosed();
  });

  it('asks nothing of Docker when it is told to end before it begins', async () => {
    const { connection, port } = following.docker.engine;
    const socket = connectForLog(connection, port).on('error', () => {});
    abort.abort();
    expect(await read(true, { socket })).toBeNull();
    expect([socket.destroyed, following.docker.logRequests(container.id)]).toEqual([true, []]);
  });

  it('is to be opened anew after ten minutes of silence, and not while lines come or wait', async () => {
    const reading = read();
    for (let minute = 0; minute < 3; minute += 1) {
      container.write('not silent');
      await eventually(() => expect(following.log.texts.length).toBe(minute + 1));
      vi.advanceTimersByTime(9 * 60_000);
    }
    following.log.close();
    container.write('waits');
    await isWaiting();
    vi.advanceTimersByTime(400);
    following.log.open();
    await eventually(() => expect(following.log.texts.length).toBe(4));
    const settled = vi.fn();
    void reading.then(settled);
    vi.advanceTimersByTime(599_000);
    await following.watch.list(following.docker.engine.connection);
    expect(settled).not.toHaveBeenCalled();
    vi.advanceTimersByTime(2_000);
    expect(await reading).toBeNull();
  });

  it.each([
    ['while lines come', 100],
    ['while it waits for room', 10],
  ])('says that the connection was cut %s', async (_, room) => {
    container.writeMany(numbered(0, 100));
    following.log.open(room);
    const reading = read();
    await eventually(() => expect(following.log.texts.length).toBe(room));
    following.docker.cutLogs();
    if (room === 10) following.log.open(90);
    await expect(reading).rejects.toMatchObject({ code: 'docker_unreachable' });
    expect([following.log.waiting, vi.getTimerCount()]).toEqual([0, 0]);
  });
});
