import { Lease } from '@dockhero/database/lease';
import { LogInputStore } from '@dockhero/database/log-input-store';
import { Secret } from '@dockhero/domain/secret';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiUnderTest, box, type Answer } from '../testing/api-under-test.js';
import { AsWorker } from '../testing/as-worker.js';
import { expectRung } from '../testing/rung-resources.js';

let api: ApiUnderTest;
let inputs: LogInputStore;
beforeAll(async () => {
  api = await ApiUnderTest.start(4);
  inputs = new LogInputStore(api.database, box);
});
afterAll(() => api.stop());

/** An add-on that two apps have attached, and a third whose logs Heroku takes from nobody. */
async function attached(): Promise<{ id: string; path: string }> {
  const id = await api.provision();
  await new AsWorker(api.database).provision(id);
  const lease = (await Lease.acquire(api.database, id, 30_000)) ?? expect.fail('lease is held');
  await inputs.record(lease, [
    { attachmentId: 'a', appName: 'shop', isOwner: true, url: new Secret('https://canary-of-shop') },
    { attachmentId: 'b', appName: 'back-office', isOwner: false, url: new Secret('https://canary-of-back-office') },
    { attachmentId: 'c', appName: 'fir', isOwner: false, url: null },
  ]);
  await lease.release();
  return { id, path: `/c/${await api.tokenOf(id)}/logs` };
}

const set = (path: string, all: unknown) => api.call('PUT', path, { body: { all_attachments: all } });
const errorOf = ({ status, body }: Answer) => [status, body.id];
const apps = (officeGets: boolean) => [
  { name: 'back-office', is_owner: false, gets_logs: officeGets },
  { name: 'fir', is_owner: false, gets_logs: false },
  { name: 'shop', is_owner: true, gets_logs: true },
];
/** As the drain reads it every few seconds. */
const drained = async (id: string) => {
  const known = (await inputs.urls([id])).get(id);
  return [known?.owner, ...(known?.others ?? [])].map((url) => url?.reveal());
};

describe('which apps get the logs', () => {
  it('is the owner; then all, for the drain too; then the owner again', async () => {
    const { id, path } = await attached();
    const owner = { all_attachments: false, apps: apps(false), apps_read_at: expect.any(String) };
    expect((await api.call('GET', path)).body).toEqual(owner);
    expect(await drained(id)).toEqual(['https://canary-of-shop']);
    const all = await set(path, true);
    expect([all.status, all.headers.get('cache-control'), all.body]).toEqual([
      200,
      'no-store',
      { all_attachments: true, apps: apps(true), apps_read_at: expect.any(String) },
    ]);
    expect(all.text).not.toContain('canary');
    expect(await drained(id)).toEqual(['https://canary-of-shop', 'https://canary-of-back-office']);
    expect((await set(path, false)).body).toEqual(owner);
    expect(await drained(id)).toEqual(['https://canary-of-shop']);
  });

  it('has the worker ask Heroku for the attached apps once all are to get them', async () => {
    const { id, path } = await attached();
    expect(await inputs.staleInputs(id)).toBe(false);
    await set(path, true);
    await expectRung(api.env.REDIS_URL, id);
    expect(await inputs.staleInputs(id)).toBe(true);
  });

  it('is not set by what does not say how, nor of an add-on that is unknown or gone', async () => {
    const { id, path } = await attached();
    for (const bad of ['true', null, undefined]) expect(errorOf(await set(path, bad))).toEqual([422, 'invalid_request']);
    const flipped = path.replace(/.\/logs$/, path.endsWith('A/logs') ? 'B/logs' : 'A/logs');
    for (const call of [set(flipped, true), api.call('GET', flipped)]) expect(errorOf(await call)).toEqual([404, 'resource_not_found']);
    await api.heroku('DELETE', `/${id}`);
    for (const call of [set(path, true), api.call('GET', path)]) expect(errorOf(await call)).toEqual([410, 'resource_gone']);
  });
});
