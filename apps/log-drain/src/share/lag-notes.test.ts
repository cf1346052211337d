import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { LagNotes } from './lag-notes.js';

const start = Date.parse('2030-01-01T00:00:00Z');
let written: (readonly [string, number | null][])[];
let failure: Error | null;
let notes: LagNotes;
beforeEach(() => {
  [written, failure] = [[], null];
  const note = async (_: string, lateSince: ReadonlyMap<string, Date | null>) => {
    if (failure) throw failure;
    if (lateSince.size > 0) written.push([...lateSince].map(([hostId, date]) => [hostId, date && (date.getTime() - start) / 1_000]));
  };
  notes = new LagNotes({ note }, 'member-1', pino({ level: 'silent' }));
});
/** At so many seconds, hosts with so many seconds of lag. */
const at = async (seconds: number, lags: Readonly<Record<string, number>>) =>
  await notes.note(new Map(Object.entries(lags).map(([hostId, lag]) => [hostId, lag * 1_000])), start + seconds * 1_000);

describe('what is noted of logs that are behind', () => {
  it('is nothing while none is, once it is known that nothing is noted', async () => {
    for (let seconds = 0; seconds < 600; seconds += 5) await at(seconds, { a: 1, b: 0 });
    expect(written).toEqual([
      [
        ['a', null],
        ['b', null],
      ],
    ]);
  });

  it('is one write for a log that is stuck, and one when it moves again', async () => {
    await at(0, { a: 0 });
    for (let seconds = 5; seconds < 3_600; seconds += 5) await at(seconds, { a: seconds });
    await at(3_600, { a: 2 });
    expect(written).toEqual([[['a', null]], [['a', 0]], [['a', null]]]);
  });

  it('is one write a minute of what the log has caught up with', async () => {
    await at(0, { a: 0 });
    for (let seconds = 0; seconds <= 300; seconds += 5) await at(seconds, { a: 1_000 - seconds });
    expect(written.length).toBeLessThanOrEqual(1 + 2 * 5 + 1);
  });

  it('does not come and go with a log that hovers around a minute', async () => {
    await at(0, { a: 0 });
    for (let seconds = 0; seconds < 50; seconds += 5) await at(seconds, { a: 60 + (seconds % 10) - 4 });
    expect(written).toHaveLength(2);
  });

  it('is written again when it could not be, and anew for a host that was another’s meanwhile', async () => {
    failure = new Error('away');
    await at(0, { a: 100 });
    failure = null;
    await at(5, { a: 105 });
    await at(10, {});
    await at(15, { a: 115 });
    expect(written).toEqual([[['a', -100]], [['a', -100]]]);
  });
});
