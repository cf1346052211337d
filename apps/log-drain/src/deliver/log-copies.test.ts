import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import pino from 'pino';
import { Registry } from 'prom-client';
import { DrainMetrics } from '../drain-metrics.js';
import { eventually } from '../testing/eventually.js';
import { FakeLogInputStore } from '../testing/fake-log-input-store.js';
import { MemoryCursors, MemoryDatabase } from '../testing/memory-stores.js';
import { StandInLogplex } from '../testing/stand-in-logplex.js';
import { AppLog } from './app-log.js';
import { BufferPool } from './buffer-pool.js';
import { CursorCommits } from './commit-cursors.js';
import { CopyBudget } from './copy-budget.js';
import { LaneBudget } from './lane.js';
import { LogInputs } from './log-inputs.js';
import { LogplexClient } from './post-batch.js';

vi.mock('node:timers/promises', async () => await import('../testing/brief-sleep.js'));
vi.setConfig({ testTimeout: 30_000 });

let owner: StandInLogplex;
let other: StandInLogplex;
let store: FakeLogInputStore;
let inputs: LogInputs;
let client: LogplexClient;
let log: AppLog;
beforeEach(async () => {
  [owner, other] = [await StandInLogplex.start(), await StandInLogplex.start()];
  const metrics = new DrainMetrics(new Registry());
  const logger = pino({ level: 'silent' });
  store = new FakeLogInputStore();
  attach([other.url.reveal()]);
  inputs = new LogInputs(store.port, { ring: () => {} }, metrics, logger);
  await inputs.add(['resource-1']);
  client = new LogplexClient();
  log = new AppLog('resource-1', {
    budget: new LaneBudget(new BufferPool(1024 * 1024)),
    copyBudget: new CopyBudget(1024 * 1024),
    inputs,
    commits: new CursorCommits(new MemoryCursors(new MemoryDatabase()), 'member-1', logger),
    logplex: client,
    metrics,
    logger,
    linesPerSecondMax: 100_000,
  });
});
afterEach(async () => {
  await log.stop();
  inputs.stop();
  client.close();
  await Promise.all([owner.stop(), other.stop()]);
});

const attach = (others: string[]) => store.record('resource-1', owner.url.reveal(), others);
/** One after the other, each in a batch of its own. */
async function sayEach(texts: readonly string[]): Promise<void> {
  for (const text of texts) {
    log.say('info', text);
    await eventually(() => expect(owner.taken).toContain(text));
  }
}

describe('copies for other apps that the add-on is attached to', () => {
  it('an app whose log hangs does not hold up the owner’s, and has every line once it answers', async () => {
    const hanging: (() => void)[] = [];
    other.misbehave = (response) => {
      hanging.push(() => response.writeHead(503).end());
      return true;
    };
    const texts = Array.from({ length: 20 }, (_, line) => `line ${String(line)}`);
    await sayEach(texts);
    expect([owner.taken, other.taken]).toEqual([texts, []]);
    other.misbehave = () => false;
    for (const answer of hanging) answer();
    await eventually(() => expect(other.taken).toEqual(texts));
  });

  it('an app that is detached gets no more', async () => {
    await sayEach(['before']);
    await eventually(() => expect(other.taken).toEqual(['before']));
    attach([]);
    inputs.remove('resource-1');
    await inputs.add(['resource-1']);
    await sayEach(['after']);
    await log.stop();
    expect(other.taken).toEqual(['before']);
  });

  it('has Heroku asked for the address when that of an attached app is refused', async () => {
    other.misbehave = (response) => {
      response.writeHead(410).end();
      return true;
    };
    await sayEach(['line 0', 'line 1']);
    await eventually(() => expect(store.row('resource-1').refusals).toBe(1));
    expect(inputs.ownerOf('resource-1')?.reveal()).toBe(owner.url.reveal());
  });

  it('when the log stops, what an app can take within moments goes out', async () => {
    let answer = (): void => {};
    other.misbehave = (response, attempt) => {
      if (attempt > 0) return false;
      answer = () => void response.writeHead(503).end();
      return true;
    };
    await sayEach(['line 0', 'line 1']);
    await eventually(() => expect(other.posts).toHaveLength(1));
    const stopped = log.stop();
    answer();
    await stopped;
    expect(other.taken).toEqual(['line 0', 'line 1']);
  });
});
