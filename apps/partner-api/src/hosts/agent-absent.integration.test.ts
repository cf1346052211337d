import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiUnderTest } from '../testing/api-under-test.js';
import { AsWorker } from '../testing/as-worker.js';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await ApiUnderTest.start(3);
});
afterAll(() => api.stop());

it('a release without an agent answers 404 and says so once', async () => {
  const worker = new AsWorker(api.database);
  const id = await api.provision();
  await worker.issueAuthority(id);
  const { hostId } = await worker.launchHost(id);
  for (let times = 0; times < 2; times += 1) {
    expect((await api.call('GET', `/hosts/${hostId}/agent`)).status).toBe(404);
    expect((await api.call('GET', `/agents/${'0'.repeat(64)}`)).status).toBe(404);
  }
  expect(api.logs().match(/there is no host agent/g)).toHaveLength(1);
});
