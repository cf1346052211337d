import { afterEach, beforeEach, describe, expect, it, vi, type MockInstance } from 'vitest';
import { eventually } from '../testing/eventually.js';
import { Following, numbered } from '../testing/following.js';
import type { StandInContainer } from '../testing/stand-in-container.js';
import { MessageCounter } from './count-messages.js';

vi.mock('node:timers/promises', async () => await import('../testing/brief-sleep.js'));
vi.setConfig({ testTimeout: 30_000 });

let following: Following;
let web: StandInContainer;
let counted: MockInstance<MessageCounter['admit']>;
beforeEach(async () => {
  following = await Following.start();
  web = following.docker.run('web');
  counted = vi.spyOn(MessageCounter.prototype, 'admit');
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(async () => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  await following.stop();
});

const printed = async (texts: string[]) => await eventually(() => expect(following.log.printed).toEqual(texts));
const isWaiting = async () => await eventually(() => expect(following.log.waiting).toBe(1));
/** Has the stream skimmed up to here. @param messages that were counted since the test began. */
const skim = async (messages: number) => {
  await isWaiting();
  vi.advanceTimersByTime(500);
  await eventually(() => expect(counted).toHaveBeenCalledTimes(messages));
};
const atOf = (index: number) => web.messages[index]?.at ?? '';
const lost = (words: string, last: number, next: number) => `dockhero: ${words} lost between ${atOf(last)} and ${atOf(next)}`;
const tellsOnly = async (words: string) => {
  following.docker.end(web);
  await eventually(() => expect(following.log.said.at(-1)).toBe('web exited with code 0'));
  expect(following.log.told).toEqual([words]);
};

describe.each([
  ['frames', false],
  ['a terminal', true],
])('ContainerFollower, when a log of %s is rotated', (_, isTerminal) => {
  beforeEach(() => {
    web.isTerminal = isTerminal;
    following.log.open(5);
    following.follow(web);
    web.writeMany(numbered(0, 20), { stepMs: 100 });
  });

  it('while there is no room, tells the number of lines lost, once, and where; what follows is complete', async () => {
    await skim(15);
    web.rotate(12);
    following.log.open();
    await printed([...numbered(0, 5), ...numbered(12, 20)]);
    web.writeMany(numbered(20, 30));
    await printed([...numbered(0, 5), ...numbered(12, 30)]);
    const { texts } = following.log;
    expect(texts.indexOf('line 4')).toBe(texts.indexOf(lost('7 lines', 4, 12)) - 1);
    await tellsOnly(lost('7 lines', 4, 12));
    expect(await following.metrics.lost.get()).toMatchObject({ values: [{ labels: { reason: 'rotated' }, value: 7 }] });
  });

  it('and every line that waited is gone, tells their number and goes on with what is new', async () => {
    await skim(15);
    web.rotate(20);
    web.writeMany(numbered(20, 23));
    await eventually(() => expect(counted).toHaveBeenCalledTimes(18));
    web.rotate(1);
    following.log.open();
    await printed([...numbered(0, 5), ...numbered(21, 23)]);
    await tellsOnly(lost('16 lines', 4, 21));
  });

  it('by one line more than was delivered, says `1 line`', async () => {
    await skim(15);
    web.rotate(6);
    following.log.open();
    await printed([...numbered(0, 5), ...numbered(6, 20)]);
    await tellsOnly(lost('1 line', 4, 6));
  });

  it('but nothing is gone that was not delivered, tells of no gap', async () => {
    await skim(15);
    web.rotate(5);
    following.log.open();
    await printed(numbered(0, 20));
    following.docker.end(web);
    await eventually(() => expect(following.log.said).toEqual(['web started', 'web exited with code 0']));
  });

  it('twice, tells each gap with its own number', async () => {
    await skim(15);
    web.rotate(12);
    following.log.open(3);
    await printed([...numbered(0, 5), ...numbered(12, 15)]);
    const before = counted.mock.calls.length;
    web.writeMany(numbered(20, 30), { stepMs: 100 });
    await skim(before + 15);
    web.rotate(10);
    following.log.open();
    await printed([...numbered(0, 5), ...numbered(12, 15), ...numbered(22, 30)]);
    expect(following.log.told).toEqual([lost('7 lines', 4, 12), lost('7 lines', 14, 22)]);
  });

  it('and room is gone again before the stream is open, tells the exact number all the same', async () => {
    await skim(15);
    web.rotate(12);
    following.log.open();
    following.log.close();
    await isWaiting();
    vi.advanceTimersByTime(500);
    await eventually(() => expect(counted.mock.calls.length + following.log.said.length).toBeGreaterThan(16));
    following.log.open();
    await printed([...numbered(0, 5), ...numbered(12, 20)]);
    await tellsOnly(lost('7 lines', 4, 12));
  });

  it('and dockerd brings a file’s first lines twice meanwhile, tells the exact number all the same', async () => {
    await skim(15);
    web.beginFile();
    web.writeMany(numbered(20, 30), { stepMs: 100 });
    await eventually(() => expect(counted).toHaveBeenCalledTimes(25));
    web.beginFile();
    web.write('line 30');
    await eventually(() => expect(counted).toHaveBeenCalledTimes(26));
    web.rotate(12);
    following.log.open();
    await printed([...numbered(0, 5), ...numbered(12, 31)]);
    await tellsOnly(lost('7 lines', 4, 12));
  });

  it('after room was gone again before the stream was open, counts no line that was delivered', async () => {
    await skim(15);
    following.log.open();
    following.log.close();
    await isWaiting();
    vi.advanceTimersByTime(500);
    await eventually(() => expect(counted.mock.calls.length).toBeGreaterThanOrEqual(30));
    web.rotate(12);
    following.log.open();
    await printed([...numbered(0, 5), ...numbered(12, 20)]);
    await tellsOnly(lost('7 lines', 4, 12));
  });
});

describe('ContainerFollower, when more was rotated away than it saw', () => {
  it('says that at least so many lines are lost', async () => {
    following.log.open(5);
    following.follow(web);
    web.writeMany(numbered(0, 20), { stepMs: 100 });
    await skim(15);
    following.docker.slowMs.message = 50;
    web.writeMany(numbered(20, 40), { stepMs: 100 });
    web.rotate(35);
    following.log.open();
    await printed([...numbered(0, 5), ...numbered(35, 40)]);
    expect(following.log.told).toEqual([expect.stringMatching(/^dockhero: at least \d\d lines lost between /)]);
  });
});

describe('ContainerFollower, when a log was rotated while nobody followed', () => {
  it('tells of a gap of unknown size, with the times on both sides', async () => {
    const first = following.follow(web);
    web.writeMany(numbered(0, 10), { stepMs: 100 });
    await printed(numbered(0, 10));
    await first.stop();
    web.writeMany(numbered(10, 20), { stepMs: 100 });
    web.rotate(15);
    following.follow(web, first.position().cursor);
    await printed([...numbered(0, 10), ...numbered(15, 20)]);
    await tellsOnly(lost('an unknown number of lines', 9, 15));
    expect(await following.metrics.gaps.get()).toMatchObject({ values: [{ value: 1 }] });
  });

  it('tells of none when only what was delivered is gone', async () => {
    const first = following.follow(web);
    web.writeMany(numbered(0, 10), { stepMs: 100 });
    await printed(numbered(0, 10));
    await first.stop();
    web.writeMany(numbered(10, 20), { stepMs: 100 });
    web.rotate(9);
    following.follow(web, first.position().cursor);
    await printed(numbered(0, 20));
    expect(following.log.said).toEqual(['web started']);
  });
});
