import { Secret } from '@dockhero/domain/secret';
import pino from 'pino';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DrainMetrics } from '../drain-metrics.js';
import { FakeLogInputStore } from '../testing/fake-log-input-store.js';
import { LogInputs } from './log-inputs.js';

vi.mock('node:timers/promises', async () => await import('../testing/fakeable-sleep.js'));

const [first, second] = ['https://token:t.1@1.us.logplex.io/logs', 'https://token:t.2@1.us.logplex.io/logs'];
let store: FakeLogInputStore;
let rings: string[];
let inputs: LogInputs;
let metrics: DrainMetrics;

function newInputs(): LogInputs {
  metrics = new DrainMetrics(new Registry());
  return new LogInputs(store.port, { ring: (job, id) => void rings.push(`${job} ${id}`) }, metrics, pino({ level: 'silent' }));
}

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  store = new FakeLogInputStore();
  rings = [];
  store.record('r1', first);
  store.record('r2', second);
  inputs = newInputs();
  await inputs.add(['r1']);
  await inputs.add(['r2']);
  void inputs.run();
  await vi.advanceTimersByTimeAsync(1);
});
afterEach(() => {
  inputs.stop();
  vi.useRealTimers();
});

const owner = (id = 'r1') => inputs.ownerOf(id)?.reveal() ?? null;
/** Long enough for the inputs to be read again. */
const nextRead = () => vi.advanceTimersByTimeAsync(5_000);
const refused = async (): Promise<number> => (await metrics.refused.get()).values[0]?.value ?? 0;
/** @returns whether the inputs of the resource have changed meanwhile. */
function watch(id = 'r1', signal = new AbortController().signal): { called: boolean } {
  const watched = { called: false };
  inputs.changed(id, signal).then(
    () => (watched.called = true),
    () => {},
  );
  return watched;
}

describe('LogInputs', () => {
  it('knows the inputs of a resource as soon as it is added, those of other apps too', async () => {
    store.record('r3', first, [second]);
    await inputs.add(['r3']);
    expect([owner('r3'), inputs.othersOf('r3').map((url) => url.reveal())]).toEqual([first, [second]]);
    expect([owner('r4'), inputs.othersOf('r4')]).toEqual([null, []]);
  });

  it('a refused URL is used no more, and the worker is asked once, however often it is refused', async () => {
    for (let time = 0; time < 3; time += 1) {
      await inputs.refuse('r1', new Secret(first));
      await nextRead();
    }
    expect([owner(), owner('r2')]).toEqual([null, second]);
    expect([store.row('r1').refusals, rings]).toEqual([1, ['provision r1']]);
  });

  it('another URL ends a refusal, and tells those who wait', async () => {
    await inputs.refuse('r1', new Secret(first));
    const watched = watch();
    await nextRead();
    expect([owner(), watched.called]).toEqual([null, false]);
    store.record('r1', second);
    await nextRead();
    expect([owner(), watched.called, store.row('r1').isGone]).toEqual([second, true, false]);
    await inputs.refuse('r1', new Secret(second));
    expect([owner(), rings.length]).toEqual([null, 2]);
  });

  it('a URL that is refused after another has come does not stop that one', async () => {
    store.record('r1', second);
    await nextRead();
    await inputs.refuse('r1', new Secret(first));
    expect(owner()).toBe(second);
    await nextRead();
    expect([owner(), store.row('r1').isGone]).toEqual([second, false]);
  });

  it('is gone only after the worker has read it again and found the same', async () => {
    await inputs.refuse('r1', new Secret(first));
    await nextRead();
    expect([store.row('r1').isGone, await refused()]).toEqual([false, 0]);
    store.record('r1', first);
    await nextRead();
    expect([store.row('r1').isGone, store.row('r2').isGone, await refused()]).toEqual([true, false, 1]);
    store.record('r1', second);
    await nextRead();
    expect([store.row('r1').isGone, await refused(), owner()]).toEqual([false, 0, second]);
  });

  it('tries a refused URL again after five minutes, and asks the worker again if it is refused again', async () => {
    await inputs.refuse('r1', new Secret(first));
    const watched = watch();
    await vi.advanceTimersByTimeAsync(295_000);
    expect([owner(), watched.called]).toEqual([null, false]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect([owner(), watched.called]).toEqual([first, true]);
    await inputs.refuse('r1', new Secret(first));
    expect([owner(), rings.length]).toEqual([null, 2]);
  });

  it('a resource without an input waits quietly, is told of as gone, and goes on when it has one', async () => {
    store.record('r3', null);
    await inputs.add(['r3']);
    const watched = watch('r3');
    await nextRead();
    expect([owner('r3'), store.row('r3').isGone, rings, watched.called]).toEqual([null, true, [], false]);
    store.record('r3', first);
    await nextRead();
    expect([owner('r3'), store.row('r3').isGone, watched.called]).toEqual([first, false, true]);
  });

  it('what another process has told of as gone is told of as back by the one that has an input now', async () => {
    store.row('r1').isGone = true;
    inputs.stop();
    inputs = newInputs();
    await inputs.add(['r1']);
    expect([owner(), store.row('r1').isGone]).toEqual([first, false]);
  });

  it('what could not be written of one resource is written later, and keeps no other waiting', async () => {
    store.record('r1', null);
    store.record('r2', first);
    store.failOnce('r1');
    await nextRead();
    expect(owner('r2')).toBe(first);
    await nextRead();
    expect(store.row('r1').isGone).toBe(true);
  });

  it('the known ones serve while the database is away, and a refusal is taken all the same', async () => {
    store.isDown = true;
    await nextRead();
    expect(owner()).toBe(first);
    await inputs.refuse('r1', new Secret(first));
    expect(owner()).toBeNull();
    store.isDown = false;
    store.record('r1', second);
    await nextRead();
    expect(owner()).toBe(second);
  });

  it('whoever waits for a change is let go by the signal', async () => {
    const stopping = new AbortController();
    const waiting = inputs.changed('r1', stopping.signal);
    stopping.abort(new Error('stopped'));
    await expect(waiting).rejects.toThrow('stopped');
    await expect(inputs.changed('r1', stopping.signal)).rejects.toThrow('stopped');
  });

  it('forgets a resource that it no longer serves', async () => {
    inputs.remove('r1');
    await nextRead();
    expect(owner()).toBeNull();
  });
});
