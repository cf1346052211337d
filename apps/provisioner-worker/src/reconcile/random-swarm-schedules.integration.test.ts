import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runSchedules } from '../testing/run-schedules.js';
import { openStorage, type TestStorage } from '../testing/world.js';

const count = 90;

let storage: TestStorage;
beforeAll(async () => {
  storage = await openStorage();
});
afterAll(() => storage.drop());

describe('a three-host cluster that is posted, repeated and removed at random, by two workers that crash and lose answers', () => {
  it(`has exactly what is wanted at the end, and nothing else, in ${count} schedules`, { timeout: 300_000 }, async () => {
    expect(await runSchedules(storage, ['business'], count)).toBe('');
  });
});
