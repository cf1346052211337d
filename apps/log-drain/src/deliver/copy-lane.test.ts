import pino from 'pino';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { DrainMetrics } from '../drain-metrics.js';
import { eventually } from '../testing/eventually.js';
import { batchOf } from '../testing/lines.js';
import { StandInLogplex } from '../testing/stand-in-logplex.js';
import { CopyBudget } from './copy-budget.js';
import { CopyLane, type Copy } from './copy-lane.js';
import { LogplexClient } from './post-batch.js';

vi.mock('node:timers/promises', async () => await import('../testing/brief-sleep.js'));
vi.setConfig({ testTimeout: 30_000 });

const mebibyte = 1024 * 1024;
const logger = pino({ level: 'silent' });
const now = AbortSignal.abort();
const never = new AbortController().signal;
let logplex: StandInLogplex;
let client: LogplexClient;
let metrics: DrainMetrics;
let budget: CopyBudget;
let refusals: number;
beforeAll(async () => {
  logplex = await StandInLogplex.start();
  client = new LogplexClient();
});
beforeEach(() => {
  logplex.reset();
  metrics = new DrainMetrics(new Registry());
  budget = new CopyBudget(16 * mebibyte);
  refusals = 0;
});
afterAll(async () => {
  client.close();
  await logplex.stop();
});

const newLane = (patienceMs?: number): CopyLane => {
  const services = { copyBudget: budget, logplex: client, metrics, logger };
  return new CopyLane('resource-1', logplex.url, services, () => (refusals += 1), patienceMs);
};
const answerAll = (status: number) => {
  logplex.misbehave = (response) => {
    response.writeHead(status).end();
    return true;
  };
};
/** Lines `NAME 0`, `NAME 1`, … */
const copy = (name: string, lines = 3): Copy => batchOf(Array.from({ length: lines }, (_, line) => `${name} ${String(line)}`));
/** Lines of 4 KiB, a quarter as many as KiB. */
const large = (name: string, kibibytes: number): Copy => batchOf(Array.from({ length: kibibytes / 4 }, () => name.padEnd(4_000)));
/** What came; a name once for all the lines of it that came together. */
const names = () => logplex.taken.map((text) => text.trim()).filter((name, index, all) => name !== all[index - 1]);
const lost = async (): Promise<number> => (await metrics.lost.get()).values[0]?.value ?? 0;
const tried = async (posts = 1) => await eventually(() => expect(logplex.posts.length).toBeGreaterThanOrEqual(posts));

describe('CopyLane', () => {
  it('brings everything once and in order to an app whose log input fails for a while', async () => {
    const lane = newLane();
    logplex.misbehave = (response, attempt) => {
      if (attempt % 4 === 3) return false;
      response.writeHead(503).end();
      return true;
    };
    for (const name of ['a', 'b', 'c']) lane.add(copy(name, 2));
    await lane.stop(never);
    expect(logplex.taken).toEqual(['a 0', 'a 1', 'b 0', 'b 1', 'c 0', 'c 1']);
    expect(await lost()).toBe(0);
  });

  it('gives up the oldest when more than a megabyte waits, and tells the app before the next line how many are missing', async () => {
    const lane = newLane();
    answerAll(503);
    lane.add(large('under way', 300));
    await tried();
    for (const name of ['a', 'b', 'c', 'd']) lane.add(large(name, 300));
    expect(await lost()).toBe(150);
    logplex.misbehave = () => false;
    await lane.stop(never);
    expect(names()).toEqual(['under way', "150 lines were lost: this app's log did not take them", 'c', 'd']);
    expect(logplex.taken).toHaveLength(3 * 75 + 1);
  });

  it('goes on with the next when one was tried for too long, and tells it', async () => {
    const lane = newLane(100);
    answerAll(503);
    lane.add(copy('late', 1));
    await eventually(() => expect(logplex.posts.length).toBeGreaterThan(3));
    await vi.waitFor(async () => expect(await lost()).toBe(1), 10_000);
    logplex.misbehave = () => false;
    lane.add(copy('next', 1));
    await lane.stop(never);
    expect(logplex.taken).toEqual(["1 line was lost: this app's log did not take it", 'next 0']);
  });

  it('costs no more than the bad line when one is malformed', async () => {
    const lane = newLane();
    logplex.poison = 'b 1';
    for (const name of ['a', 'b', 'c']) lane.add(copy(name, 3));
    await lane.stop(never);
    expect(logplex.taken).toEqual([
      'a 0',
      'a 1',
      'a 2',
      'b 0',
      'b 2',
      "1 line was lost: this app's log did not take it",
      'c 0',
      'c 1',
      'c 2',
    ]);
  });

  it('tries a refused address no further, and says once that it is refused', async () => {
    const lane = newLane();
    answerAll(404);
    for (const name of ['a', 'b']) lane.add(copy(name));
    await eventually(() => expect(refusals).toBe(1));
    lane.add(copy('c'));
    await lane.stop(never);
    expect([logplex.posts.length, refusals, await lost()]).toEqual([1, 1, 9]);
  });

  it('ends at once when it is told to, and counts what it has left', async () => {
    const lane = newLane();
    logplex.misbehave = () => true;
    lane.add(copy('a'));
    await tried();
    lane.add(copy('b'));
    await lane.stop(now);
    lane.add(copy('c'));
    expect(await lost()).toBe(9);
  });

  it('leaves every app a little when all of them together hold too much', async () => {
    budget = new CopyBudget(mebibyte / 2);
    answerAll(503);
    const [first, second] = [newLane(), newLane()];
    for (const lane of [first, second]) lane.add(large('under way', 4));
    await tried(2);
    first.add(large('first', 400));
    second.add(large('small', 8));
    expect(await lost()).toBe(0);
    second.add(large('too much', 400));
    expect(await lost()).toBe(102);
    second.add(large('small again', 8));
    expect(await lost()).toBe(102);
    logplex.misbehave = () => false;
    await Promise.all([first.stop(never), second.stop(never)]);
    expect(new Set(names())).toEqual(
      new Set(['under way', 'first', "102 lines were lost: this app's log did not take them", 'small again']),
    );
    const third = newLane();
    for (const name of ['all was', 'given back']) third.add(large(name, 240));
    await third.stop(never);
    expect(await lost()).toBe(102);
  });
});
