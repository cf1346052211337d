import { createHash } from 'node:crypto';
import { VolumeStore } from '@dockhero/database/volume-store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiUnderTest } from '../testing/api-under-test.js';
import { AsVolumeWorker } from '../testing/as-volume-worker.js';
import { AsWorker } from '../testing/as-worker.js';
import { runResource, type RunningResource } from '../testing/run-resource.js';
import { expectRung } from '../testing/rung-resources.js';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await ApiUnderTest.start(0);
});
afterAll(() => api.stop());

const hashOf = (email: string) => createHash('sha256').update(email).digest('hex');

/** A running add-on of an app that this person owns. */
async function running(owner: string): Promise<RunningResource> {
  const resource = await runResource(api, 'standard');
  await new AsWorker(api.database).readOwner(resource.id, owner);
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

describe('an app that may have changed hands since Heroku was asked for its owner', () => {
  /** A destroyed add-on's backup, and an add-on of what was the same owner's app a quarter of an hour ago. */
  async function maybeSold(owner: string): Promise<{ backup: string; sold: RunningResource }> {
    const gone = await running(owner);
    const data = (await new VolumeStore(api.database).create(gone.id, 'data', { sizeGib: 10 })).volume.id;
    const keepUntil = new Date(Date.now() + 7 * 86_400_000);
    const backup = await new AsVolumeWorker(api.database).backUp(data, { kind: 'final', keepUntil, ownerHash: hashOf(owner) });
    await api.heroku('DELETE', `/${gone.id}`);
    const sold = await running(owner);
    await api.database.cluster.update({ where: { resourceId: sold.id }, data: { contactsReadAt: new Date(Date.now() - 900_000) } });
    return { backup, sold };
  }

  it('has nothing of its former owner’s: Heroku is asked before anything is listed or restored', async () => {
    const { backup, sold } = await maybeSold('dora@example.test');
    const worker = new AsWorker(api.database);
    const listed = api.call('GET', `${sold.path}/backups/destroyed`);
    await expectRung(api.env.REDIS_URL, sold.id);
    await worker.readOwner(sold.id, 'bob@example.test');
    expect((await listed).body).toEqual({ backups: [] });
    const restored = await api.call('POST', `${sold.path}/backups/${backup}/restore`, { body: { into: 'mine' } });
    expect([restored.status, restored.body['id']]).toEqual([404, 'backup_not_found']);
    await worker.readOwner(sold.id, 'dora@example.test');
    expect((await api.call('POST', `${sold.path}/backups/${backup}/restore`, { body: { into: 'mine' } })).status).toBe(202);
  });

  it('waits for no more than some seconds, and has its own backups without that', async () => {
    const { backup, sold } = await maybeSold('eve@example.test');
    const data = (await new VolumeStore(api.database).create(sold.id, 'data', { sizeGib: 10 })).volume.id;
    const own = await new AsVolumeWorker(api.database).backUp(data);
    expect((await api.call('POST', `${sold.path}/backups/${own}/restore`, { body: { into: 'copy' } })).status).toBe(202);
    const restored = await api.call('POST', `${sold.path}/backups/${backup}/restore`, { body: { into: 'mine' } });
    expect([restored.status, restored.body['id']]).toEqual([503, 'owner_unknown']);
  }, 20_000);
});
