import { createHash } from 'node:crypto';
import { VolumeStore } from '@dockhero/database/volume-store';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiUnderTest } from '../testing/api-under-test.js';
import { AsVolumeWorker } from '../testing/as-volume-worker.js';
import { runResource, type RunningResource } from '../testing/run-resource.js';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await ApiUnderTest.start(0);
});
afterAll(() => api.stop());

const hashOf = (email: string) => createHash('sha256').update(email).digest('hex');

/** A running add-on of an app that this person owns. */
async function running(owner: string): Promise<RunningResource> {
  const resource = await runResource(api, 'standard');
  await api.database.alertContact.create({ data: { resourceId: resource.id, email: owner, role: 'owner' } });
  return resource;
}

it('lists the backups of destroyed add-ons of the same owner, with their names and until when they are kept, and restores one', async () => {
  const passes = new AsVolumeWorker(api.database);
  const used = async ({ id }: { id: string }) => (await new VolumeStore(api.database).create(id, 'data', { sizeGib: 10 })).volume.id;
  const cleo = 'cleo@example.test';
  const [gone, alive] = [await running(cleo), await running(cleo)];
  const [data, other] = [await used(gone), await used(alive)];
  const keepUntil = new Date(Date.now() + 7 * 86_400_000);
  const ofCleo = { ownerHash: hashOf(cleo) };
  const daily = await passes.backUp(data, { ...ofCleo, takenAt: new Date('2026-11-26T02:10:00Z') });
  const final = await passes.backUp(data, { ...ofCleo, kind: 'final', keepUntil, takenAt: new Date('2026-11-26T20:00:00Z') });
  for (const state of ['requested', 'pending', 'failed', 'expired'] as const) await passes.backUp(data, { ...ofCleo, state });
  await passes.backUp(data, { ownerHash: hashOf('ann@example.test') });
  await passes.backUp(data);
  await passes.backUp(other, ofCleo);
  const list = async ({ path }: { path: string }) => (await api.call('GET', `${path}/backups/destroyed`)).body['backups'];
  expect(await list(alive)).toEqual([]);
  const { name } = await api.database.resource.findUniqueOrThrow({ where: { id: gone.id } });
  await api.heroku('DELETE', `/${gone.id}`);
  const [mine, bobs, nobodys] = [await running(cleo), await running('bob@example.test'), await running(cleo)];
  await api.database.alertContact.deleteMany({ where: { resourceId: nobodys.id } });
  expect(await list(mine)).toEqual([
    expect.objectContaining({ id: final, addon: name, volume: 'data', kind: 'final', kept_until: keepUntil.toISOString() }),
    expect.objectContaining({ id: daily, addon: name, volume: 'data', kind: 'daily', kept_until: keepUntil.toISOString() }),
  ]);
  for (const one of [bobs, nobodys]) expect(await list(one)).toEqual([]);
  expect((await api.call('GET', `${gone.path}/backups/destroyed`)).status).toBe(410);
  expect((await api.call('POST', `${mine.path}/backups/${final}/restore`, { body: { into: 'rescued' } })).status).toBe(202);
});
