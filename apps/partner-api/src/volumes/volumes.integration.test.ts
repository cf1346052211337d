import { randomUUID } from 'node:crypto';
import { VolumeStore } from '@dockhero/database/volume-store';
import type { GivenOptions } from '@dockhero/domain/volumes/parse-options';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiUnderTest, type Answer } from '../testing/api-under-test.js';
import { AsVolumeWorker } from '../testing/as-volume-worker.js';
import { runResourceWithHost } from '../testing/run-resource.js';
import { takeVolumeRing } from '../testing/rung-volumes.js';

let api: ApiUnderTest;
let passes: AsVolumeWorker;
let store: VolumeStore;
beforeAll(async () => {
  api = await ApiUnderTest.start(0);
  passes = new AsVolumeWorker(api.database);
  store = new VolumeStore(api.database);
});
afterAll(() => api.stop());

const running = (plan = 'standard') => runResourceWithHost(api, plan);

/** A volume as Docker has made it, used and backed up or not. */
async function made(id: string, name = 'data', given: GivenOptions = { sizeGib: 10 }): Promise<string> {
  return (await store.create(id, name, given)).volume.id;
}

const errorOf = ({ status, body }: Answer) => [status, body.id];
const list = async (path: string) => (await api.call('GET', `${path}/volumes`)).body;
const volumesOf = async (path: string) => (await list(path)).volumes as Record<string, unknown>[];
const patch = (path: string, name: string, body: unknown) => api.call('PATCH', `${path}/volumes/${name}`, { body });
const remove = (path: string, name: string) => api.call('DELETE', `${path}/volumes/${name}`);
const undelete = (path: string, name: string) => api.call('POST', `${path}/volumes/${name}/undelete`);
const row = (id: string) => api.database.volume.findUniqueOrThrow({ where: { id } });

describe('volumes', () => {
  it('are listed with what their disks do, who has them, and how old their backups are', async () => {
    const { id, path, hostId } = await running();
    const data = await made(id);
    await made(id, 'cache', { sizeGib: 4, type: 'gp2', backups: 'none' });
    await passes.attach(data, hostId);
    const takenAt = new Date('2026-11-26T02:10:00Z');
    await passes.backUp(data, { takenAt });
    await passes.backUp(data, { takenAt: new Date('2026-11-27T02:10:00Z'), state: 'pending' });
    const { status, headers, body } = await api.call('GET', `${path}/volumes`);
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(body).toEqual({
      limits: { volumes: 10, size: 200 },
      volumes: [
        expect.objectContaining({
          name: 'cache',
          size: 4,
          type: 'gp2',
          backups: 'none',
          state: 'creating',
          host: null,
          last_backup_at: null,
        }),
        {
          id: data,
          name: 'data',
          size: 10,
          type: 'gp3',
          fs: 'ext4',
          backups: 'daily',
          state: 'attached',
          host: 1,
          ebs_volume_id: 'vol-1',
          created_at: expect.any(String),
          kept_until: null,
          waiting_for: null,
          trouble: null,
          last_backup_at: takenAt.toISOString(),
          backup_verified_at: null,
        },
      ],
    });
  });

  it('show what is wrong, and what is waited for', async () => {
    const { id, path } = await running();
    const data = await made(id);
    await passes.see(data, {
      state: 'available',
      waitingFor: 'AWS',
      attentionCode: 'disk_limit',
      attentionMessage: 'AWS gives us no further disk.',
    });
    expect((await volumesOf(path))[0]).toMatchObject({ waiting_for: 'AWS', trouble: 'AWS gives us no further disk.' });
  });

  it('of another add-on are neither seen nor changed', async () => {
    const [mine, other] = [await running(), await running()];
    const data = await made(other.id);
    expect(await volumesOf(mine.path)).toEqual([]);
    for (const answer of [
      await patch(mine.path, 'data', { size: 20 }),
      await remove(mine.path, 'data'),
      await undelete(mine.path, 'data'),
    ]) {
      expect(errorOf(answer)).toEqual([404, 'volume_not_found']);
    }
    expect(await row(data)).toMatchObject({ sizeGib: 10, desired: 'present' });
  });
});

describe('a change', () => {
  it('grows the volume, changes its type and its backups, and wakes the worker; the same again changes nothing', async () => {
    const { id, path } = await running();
    const data = await made(id);
    expect((await patch(path, 'data', { size: 20 })).body).toMatchObject({ name: 'data', size: 20 });
    await takeVolumeRing(api.env.REDIS_URL, data);
    expect((await patch(path, 'data', { type: 'io1', backups: 'none' })).body).toMatchObject({ size: 20, type: 'io1', backups: 'none' });
    expect(await row(data)).toMatchObject({ desiredVersion: 3, iops: 1_000 });
    expect((await patch(path, 'data', { size: 20, backups: 'none' })).status).toBe(200);
    expect((await row(data)).desiredVersion).toBe(3);
    expect(await api.askedFor(id)).toEqual([
      'Volume data was made: 10 GiB, gp3, ext4, backed up daily',
      'Volume data was changed: 20 GiB instead of 10',
      'Volume data was changed: type io1, 1000 iops instead of gp3, no daily backups',
    ]);
  });

  it('never shrinks a volume, nor exceeds the plan, also when two ask at once', async () => {
    const { id, path } = await running();
    await made(id, 'one', { sizeGib: 50 });
    await made(id, 'two', { sizeGib: 50 });
    expect(errorOf(await patch(path, 'one', { size: 49 }))).toEqual([422, 'volume_shrink']);
    const [first, second] = await Promise.all([patch(path, 'one', { size: 150 }), patch(path, 'two', { size: 150 })]);
    const refused = [first, second].filter(({ status }) => status !== 200);
    expect([refused.length, ...refused.map((answer) => errorOf(answer))]).toEqual([1, [422, 'volume_limit']]);
    expect(errorOf(await patch(path, 'one', { size: 0 }))).toEqual([422, 'invalid_request']);
    expect(errorOf(await patch(path, 'one', { fs: 'xfs' }))).toEqual([422, 'invalid_request']);
  });
});

describe('a removal', () => {
  it('is refused while a host has the volume or wants it', async () => {
    const { id, path, hostId } = await running();
    const data = await made(id);
    await passes.attach(data, hostId);
    expect(errorOf(await remove(path, 'data'))).toEqual([409, 'volume_in_use']);
    await passes.see(data, { state: 'available', attachedHostId: null });
    await api.database.volume.update({ where: { id: data }, data: { wantedHostId: hostId } });
    expect(errorOf(await remove(path, 'data'))).toEqual([409, 'volume_in_use']);
  });

  it('keeps the content for the days that are set, and can be taken back', async () => {
    const { id, path } = await running();
    const data = await made(id);
    await passes.see(data, { state: 'available', ebsVolumeId: 'vol-1' });
    const removed = await remove(path, 'data');
    expect([removed.status, removed.body.state]).toEqual([202, 'removed']);
    expect(Math.round((Date.parse(String(removed.body.kept_until)) - Date.now()) / 86_400_000)).toBe(7);
    await takeVolumeRing(api.env.REDIS_URL, data);
    expect(errorOf(await remove(path, 'data'))).toEqual([404, 'volume_not_found']);

    expect(errorOf(await undelete(path, 'data'))).toEqual([409, 'backup_not_ready']);
    const keepUntil = new Date('2026-12-24T18:00:00Z');
    const pending = await passes.backUp(data, { kind: 'final', state: 'pending', keepUntil });
    expect(errorOf(await undelete(path, 'data'))).toEqual([409, 'backup_not_ready']);
    await api.database.backup.update({ where: { id: pending }, data: { state: 'completed' } });
    expect((await volumesOf(path))[0]).toMatchObject({ state: 'removed', kept_until: keepUntil.toISOString() });

    const back = await undelete(path, 'data');
    expect([back.status, back.body]).toEqual([202, expect.objectContaining({ id: data, kept_until: null })]);
    await takeVolumeRing(api.env.REDIS_URL, data);
    expect(await row(data)).toMatchObject({
      desired: 'present',
      liveName: 'data',
      generation: 2,
      sourceBackupId: pending,
      removedAt: null,
    });
    expect((await api.askedFor(id)).slice(1)).toEqual([
      'Volume data was removed; its content is kept for a while',
      'Volume data was brought back',
    ]);
  });

  it('of a volume that never had a disk is taken back at once, blank as it was', async () => {
    const { id, path } = await running();
    const data = await made(id);
    await remove(path, 'data');
    expect((await undelete(path, 'data')).status).toBe(202);
    expect(await row(data)).toMatchObject({ desired: 'present', generation: 2, sourceBackupId: null });
  });

  it('is for good once the content is gone; the last one of a name is the one that comes back', async () => {
    const { id, path } = await running();
    const first = await made(id);
    await remove(path, 'data');
    const second = await made(id);
    expect(errorOf(await undelete(path, 'data'))).toEqual([409, 'volume_exists']);
    await remove(path, 'data');
    expect((await undelete(path, 'data')).body.id).toBe(second);
    await remove(path, 'data');
    await passes.see(second, { forgottenAt: new Date() });
    expect(errorOf(await undelete(path, 'data'))).toEqual([410, 'volume_kept_no_more']);
    expect((await volumesOf(path)).map((volume) => volume['id'])).toEqual([first]);
  });

  it('makes room in the plan, which a volume that comes back needs again', async () => {
    const { id, path } = await running('hobby');
    await made(id, 'data', { sizeGib: 15 });
    await remove(path, 'data');
    await made(id, 'other', { sizeGib: 6 });
    expect(errorOf(await undelete(path, 'data'))).toEqual([422, 'volume_limit']);
  });
});

describe('an add-on that is removed', () => {
  it('has no volumes to see or to change', async () => {
    const { id, path } = await running();
    await made(id);
    await api.heroku('DELETE', `/${id}`);
    for (const answer of [
      await api.call('GET', `${path}/volumes`),
      await patch(path, 'data', { size: 20 }),
      await undelete(path, 'data'),
    ]) {
      expect(errorOf(answer)).toEqual([410, 'resource_gone']);
    }
    await expect(store.create(id, 'more', {})).rejects.toMatchObject({ code: 'resource_gone' });
    await expect(store.create(randomUUID(), 'more', {})).rejects.toMatchObject({ code: 'resource_not_found' });
  });
});
