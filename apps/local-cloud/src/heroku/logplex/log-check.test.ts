import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HerokuWorld } from '../testing/heroku-world.js';
import { frame, head, postLogs } from '../testing/post-logs.js';
import { NumberRuns } from './number-runs.js';

describe('a log check', () => {
  let world: HerokuWorld;
  beforeEach(async () => {
    world = await HerokuWorld.start();
    await world.addon();
  });
  afterEach(async () => {
    await world.stop();
  });
  const check = '/apps/acme/log-check';
  async function send(...texts: string[]): Promise<void> {
    const batch = texts.map((text) => frame(head + text)).join('');
    const { status } = await postLogs(world.partner.only().logInputUrl ?? '', batch);
    expect(status).toBe(204);
  }

  it('tells missing, repeated and disordered numbers of each source', async () => {
    expect((await world.control('POST', check, { pattern: String.raw`(\w+) line (\d+)$` })).status).toBe(201);
    await send('a line 1', 'a line 2', 'b line 7', 'a line 5', 'something else');
    await send('a line 3', 'a line 3', 'a line 9', 'b line 8', 'a line 2');
    expect((await world.control('GET', check)).json).toEqual({
      pattern: String.raw`(\w+) line (\d+)$`,
      unmatched: 1,
      sources: {
        a: {
          first: 1,
          last: 9,
          received: 7,
          missing: 4,
          gaps: [
            [4, 4],
            [6, 8],
          ],
          duplicates: 2,
          outOfOrder: 1,
        },
        b: { first: 7, last: 8, received: 2, missing: 0, gaps: [], duplicates: 0, outOfOrder: 0 },
      },
    });
  });

  it('knows the process too', async () => {
    await world.control('POST', check, { pattern: String.raw`^app\[(\S+)\]: (\d+)` });
    await send('1', '2');
    expect((await world.control('GET', check)).json).toMatchObject({ sources: { 'web.1': { received: 2, missing: 0 } } });
  });

  it('begins anew when it is asked for again, and ends', async () => {
    const pattern = String.raw`(x)(\d+)`;
    expect((await world.control('GET', check)).status).toBe(404);
    await world.control('POST', check, { pattern });
    await send('x1');
    await world.control('POST', check, { pattern });
    await send('x2');
    expect((await world.control('GET', check)).json).toMatchObject({ sources: { x: { first: 2, received: 1 } } });
    expect((await world.control('DELETE', check)).status).toBe(204);
    expect((await world.control('GET', check)).status).toBe(404);
  });

  it.each(['(', String.raw`line (\d+)`, ''])('refuses the pattern %j', async (pattern) => {
    expect((await world.control('POST', check, { pattern })).status).toBe(422);
  });

  it('is unknown for an app that is', async () => {
    expect((await world.control('GET', '/apps/nobody/log-check')).status).toBe(404);
  });
});

describe('NumberRuns', () => {
  it('agrees with a set of all numbers, in any order', () => {
    let seed = 7;
    const random = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor((seed / 2_147_483_648) * below);
    };
    for (let round = 0; round < 200; round += 1) {
      const [runs, all] = [new NumberRuns(), new Set<number>()];
      for (let added = 0; added < 60; added += 1) {
        const number = random(80) - 10;
        expect(runs.add(number)).toBe(!all.has(number));
        all.add(number);
      }
      const sorted = [...all].toSorted((a, b) => a - b);
      expect([runs.count, runs.first, runs.last]).toEqual([all.size, sorted[0], sorted.at(-1)]);
      const missing = runs.gaps(100).flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, i) => from + i));
      expect(missing).toEqual(
        Array.from({ length: 80 }, (_, i) => i - 10).filter((n) => !all.has(n) && n > (sorted[0] ?? 0) && n < (sorted.at(-1) ?? 0)),
      );
    }
  });
});
