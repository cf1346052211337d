import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runVolumeSchedules } from '../testing/run-schedules.js';
import { openStorage, type TestStorage } from '../testing/world.js';

let storage: TestStorage;
beforeAll(async () => {
  storage = await openStorage();
});
afterAll(() => storage.drop());

describe('a volume under random schedules', () => {
  it('never has two writers, keeps what was written, and ends where it is wanted or with nothing left', { timeout: 300_000 }, async () => {
    expect(await runVolumeSchedules(storage, 25)).toBe('');
  });
});
