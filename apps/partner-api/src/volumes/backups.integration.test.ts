import { createHash, randomUUID } from 'node:crypto';
import { VolumeAttachmentStore } from '@dockhero/database/volume-attachment-store';
import { VolumeStore } from '@dockhero/database/volume-store';
import type { GivenOptions } from '@dockhero/domain/volumes/parse-options';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiUnderTest, type Answer } from '../testing/api-under-test.js';
import { AsVolumeWorker } from '../testing/as-volume-worker.js';
import { AsWorker } from '../testing/as-worker.js';
import { runResource, type RunningResource } from '../testing/run-resource.js';
import { takeVolumeRing } from '../testing/rung-volumes.js';

let api: ApiUnderTest;
let passes: AsVolumeWorker;
beforeAll(async () => {
  api = await ApiUnderTest.start(0);
  passes = new AsVolumeWorker(api.database);
});
afterAll(() => api.stop());

const ann = 'ann@example.test';

/** A running add-on whose app Ann owns. */
async function running(owner = ann, plan = 'standard'): Promise<RunningResource> {
  const resource = await runResource(api, plan);
  await new AsWorker(api.database).readOwner(resource.id, owner);
  return resource;
}

/** A volume that containers have written to. */
async function used(id: string, name = 'data', given: GivenOptions = { sizeGib: 10 }): Promise<string> {
  const { volume } = await new VolumeStore(api.database).create(id, name, given);
  await new VolumeAttachmentStore(api.database).recordFormatted(id, volume.id, 1);
  return volume.id;
}

const hashOf = (email: string) => createHash('sha256').update(email).digest('hex');
const errorOf = ({ status, body }: Answer) => [status, body.id];
const request = (path: string, body: unknown) => api.call('POST', `${path}/backups`, { body });
const restore = (path: string, id: unknown, body?: unknown) => api.call('POST', `${path}/backups/${String(id)}/restore`, { body });
const reschedule = (path: string, body: unknown) => api.call('PUT', `${path}/backups/schedule`, { body });
const row = (id: string) => api.database.volume.findUniqueOrThrow({ where: { id } });
const told = async (id: string) => (await api.askedFor(id)).at(-1);

describe('a backup on demand', () => {
  it('is asked for with a note, wakes the worker, is kept 30 days, and belongs to the app’s owner', async () => {
    const { id, path } = await running();
    const data = await used(id);
    const { status, body } = await request(path, { volume: 'data', note: 'before the migration' });
    expect([status, body]).toEqual([
      202,
      {
        id: expect.any(String),
        volume: 'data',
        kind: 'manual',
        state: 'requested',
        consistency: null,
        consistency_detail: null,
        size: 10,
        changed_bytes: null,
        note: 'before the migration',
        requested_at: expect.any(String),
        taken_at: null,
        completed_at: null,
        kept_until: expect.any(String),
        failure: null,
        verification: null,
        verified_at: null,
        verification_detail: null,
      },
    ]);
    expect(Math.round((Date.parse(String(body.kept_until)) - Date.now()) / 86_400_000)).toBe(30);
    await takeVolumeRing(api.env.REDIS_URL, data);
    expect((await api.database.backup.findUniqueOrThrow({ where: { id: String(body.id) } })).ownerHash).toBe(hashOf(ann));
    expect((await api.call('GET', `${path}/backups/${String(body.id)}`)).body).toEqual(body);
    expect(await told(id)).toBe('A backup of volume data was asked for');
  });

  it('is refused of a volume that holds nothing, and of one that there is not', async () => {
    const { id, path } = await running();
    await new VolumeStore(api.database).create(id, 'blank', {});
    expect(errorOf(await request(path, { volume: 'blank' }))).toEqual([409, 'volume_blank']);
    expect(errorOf(await request(path, { volume: 'nothing' }))).toEqual([404, 'volume_not_found']);
    expect(errorOf(await request(path, { volume: 'blank', note: 'x'.repeat(201) }))).toEqual([422, 'invalid_request']);
  });

  it('is one of a hundred at most, also when many ask at once; failed and expired ones do not count', async () => {
    const { id, path } = await running();
    const data = await used(id);
    const { generation, sizeGib, resourceId } = await row(data);
    const states = ['failed', 'expired', ...Array.from({ length: 95 }, () => 'completed')];
    await api.database.backup.createMany({
      data: states.map((state) => ({ resourceId, volumeId: data, generation, sizeGib, kind: 'manual', state })),
    });
    const answers = await Promise.all(Array.from({ length: 10 }, () => request(path, { volume: 'data' })));
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(5);
    expect(errorOf(await request(path, { volume: 'data' }))).toEqual([429, 'too_many_backups']);
  });
});

it('backups are listed newest first, without those that have expired, and with the schedule', async () => {
  const { id, path } = await running();
  const data = await used(id);
  const first = await passes.backUp(data);
  const second = await passes.backUp(data, { state: 'failed', failure: 'AWS has lost it.' });
  await passes.backUp(data, { state: 'expired' });
  const { body } = await api.call('GET', `${path}/backups`);
  expect(body['backups']).toMatchObject([
    { id: second, state: 'failed', failure: 'AWS has lost it.' },
    { id: first, state: 'completed', consistency: 'filesystem' },
  ]);
  expect(body['schedule']).toMatchObject({ window_hour: 2, keep: { daily: 7, weekly: 4, monthly: 6 }, final_days: 7 });
});

describe('the schedule', () => {
  it('is the plan’s until it is set; what is left out stays; new volumes go by it', async () => {
    const { id, path } = await running();
    const defaults = { size: 20, type: 'gp3', fs: 'ext4', backups: 'daily' };
    const first = { window_hour: 2, keep: { daily: 7, weekly: 4, monthly: 6 }, final_days: 7, defaults };
    expect((await api.call('GET', `${path}/backups/schedule`)).body).toEqual(first);
    expect((await reschedule(path, {})).body).toEqual(first);
    await reschedule(path, { window_hour: 0, final_days: 0, defaults: { size: 3, fs: 'xfs' } });
    const last = await reschedule(path, { keep: { daily: 3, weekly: 0, monthly: 0 }, defaults: { backups: 'none' } });
    expect(last.body).toEqual({
      window_hour: 0,
      keep: { daily: 3, weekly: 0, monthly: 0 },
      final_days: 0,
      defaults: { size: 3, type: 'gp3', fs: 'xfs', backups: 'none' },
    });
    const { volume } = await new VolumeStore(api.database).create(id, 'data', { sizeGib: 5 });
    expect(volume).toMatchObject({ sizeGib: 5, type: 'gp3', fs: 'xfs', backups: 'none' });
    const events = await api.database.auditEvent.findMany({ where: { resourceId: id, text: { startsWith: 'Backups were set' } } });
    expect(events.map(({ text }) => text)).toEqual([
      'Backups were set: from 0:00 UTC, final ones kept 0 days, new volumes with size 3, new volumes with fs xfs',
      'Backups were set: kept 3 daily, 0 weekly, 0 monthly, new volumes with backups none',
    ]);
  });

  it('refuses what nobody can keep', async () => {
    const { path } = await running();
    for (const body of [
      { window_hour: 24 },
      { keep: { daily: 0, weekly: 1, monthly: 1 } },
      { keep: { daily: 1 } },
      { final_days: 31 },
      { x: 1 },
    ]) {
      expect(errorOf(await reschedule(path, body))).toEqual([422, 'invalid_request']);
    }
    expect(errorOf(await reschedule(path, { defaults: { type: 'io1', size: 2 } }))).toEqual([422, 'volume_options']);
    const { body } = await reschedule(path, { defaults: { size: 201 } });
    expect(body['message']).toMatch(/^The plan Standard holds volumes of \d+ GiB together: \d+ GiB are left, not 201\./);
  });
});

describe('a restore', () => {
  it('into its own volume makes a new generation of it, once, and larger if that is wanted', async () => {
    const { id, path } = await running();
    const data = await used(id);
    await passes.see(data, { state: 'attached', generation: 1 });
    const takenAt = new Date('2026-11-26T02:10:00Z');
    const backup = await passes.backUp(data, { takenAt });
    const { status, body } = await restore(path, backup);
    expect([status, body['id'], body['name']]).toEqual([202, data, 'data']);
    await takeVolumeRing(api.env.REDIS_URL, data);
    expect(await row(data)).toMatchObject({ generation: 2, sourceBackupId: backup, sizeGib: 10, desiredVersion: 2 });
    expect(await told(id)).toBe('Volume data gets the content that data had at 2026-11-26T02:10:00.000Z');
    await restore(path, backup, {});
    expect((await row(data)).generation).toBe(2);
    expect(errorOf(await restore(path, backup, { size: 9 }))).toEqual([422, 'volume_options']);
    await restore(path, backup, { size: 15 });
    expect(await row(data)).toMatchObject({ generation: 3, sizeGib: 15 });
    expect(errorOf(await restore(path, backup, { size: 201 }))).toEqual([422, 'volume_limit']);
  });

  it('never makes a volume smaller than it is by now', async () => {
    const { id, path } = await running();
    const data = await used(id);
    const backup = await passes.backUp(data);
    await api.call('PATCH', `${path}/volumes/data`, { body: { size: 20 } });
    expect(errorOf(await restore(path, backup, { size: 15 }))).toEqual([422, 'volume_shrink']);
    await restore(path, backup);
    expect((await row(data)).sizeGib).toBe(20);
  });

  it('into a new volume takes type and file system of the source, within the plan and once by name', async () => {
    const { id, path } = await running();
    const data = await used(id, 'data', { sizeGib: 10, type: 'gp2', fs: 'xfs', backups: 'none' });
    const backup = await passes.backUp(data);
    const { status, body } = await restore(path, backup, { into: 'copy', size: 12 });
    expect([status, body]).toEqual([
      202,
      expect.objectContaining({ name: 'copy', size: 12, type: 'gp2', fs: 'xfs', backups: 'none', state: 'creating' }),
    ]);
    await takeVolumeRing(api.env.REDIS_URL, String(body['id']));
    expect(await row(String(body['id']))).toMatchObject({ generation: 1, sourceBackupId: backup });
    expect((await row(data)).generation).toBe(1);
    for (const into of ['copy', 'data']) expect(errorOf(await restore(path, backup, { into }))).toEqual([409, 'volume_exists']);
    expect(errorOf(await restore(path, backup, { into: 'large', size: 190 }))).toEqual([422, 'volume_limit']);
    expect(errorOf(await restore(path, backup, { into: 'small', size: 9 }))).toEqual([422, 'volume_options']);
    expect((await request(path, { volume: 'copy' })).status).toBe(202);
  });

  it('into its volume that was removed brings that back', async () => {
    const { id, path } = await running();
    const data = await used(id);
    const backup = await passes.backUp(data);
    await api.call('DELETE', `${path}/volumes/data`);
    expect((await restore(path, backup)).status).toBe(202);
    expect(await row(data)).toMatchObject({ desired: 'present', liveName: 'data', generation: 2, sourceBackupId: backup });
    await api.call('DELETE', `${path}/volumes/data`);
    await used(id);
    expect(errorOf(await restore(path, backup))).toEqual([409, 'volume_exists']);
  });

  it('is for completed backups only', async () => {
    const { id, path } = await running();
    const data = await used(id);
    for (const [state, status, code] of [
      ['requested', 409, 'backup_not_ready'],
      ['pending', 409, 'backup_not_ready'],
      ['failed', 409, 'backup_failed'],
      ['expired', 404, 'backup_not_found'],
    ] as const) {
      const backup = await passes.backUp(data, { state });
      expect(errorOf(await restore(path, backup))).toEqual([status, code]);
    }
    for (const nothing of [randomUUID(), 'nothing']) expect(errorOf(await restore(path, nothing))).toEqual([404, 'backup_not_found']);
  });

  it('reaches the backups of a destroyed add-on of the same owner, and of nobody else', async () => {
    const gone = await running();
    const data = await used(gone.id, 'data', { sizeGib: 5, fs: 'xfs' });
    const backup = await passes.backUp(data, { kind: 'final', ownerHash: hashOf(ann) });
    await api.heroku('DELETE', `/${gone.id}`);
    const [mine, bobs, nobodys] = [await running(), await running('bob@example.test'), await running()];
    await api.database.alertContact.deleteMany({ where: { resourceId: nobodys.id } });
    for (const { path } of [bobs, nobodys]) expect(errorOf(await restore(path, backup))).toEqual([404, 'backup_not_found']);
    const { status, body } = await restore(mine.path, backup);
    expect([status, body]).toEqual([202, expect.objectContaining({ name: 'data', size: 5, fs: 'xfs' })]);
    expect(await row(String(body['id']))).toMatchObject({ resourceId: mine.id, sourceBackupId: backup });
    expect((await row(data)).generation).toBe(1);
    // What it holds is seen in a volume only: a list of somebody else's backups is nobody's.
    expect((await api.call('GET', `${mine.path}/backups`)).body['backups']).toEqual([]);
  });

  it('does not reach backups that were made before anybody knew who owns the app', async () => {
    const [one, other] = [await running(), await running()];
    for (const { id } of [one, other]) await api.database.alertContact.deleteMany({ where: { resourceId: id } });
    const backup = await passes.backUp(await used(one.id));
    expect(errorOf(await restore(other.path, backup))).toEqual([404, 'backup_not_found']);
  });
});

it('a verification is asked for of a completed backup of one’s own, and wakes the worker', async () => {
  const [mine, other] = [await running(), await running()];
  const data = await used(mine.id);
  const backup = await passes.backUp(data, { ownerHash: hashOf(ann) });
  const verify = (path: string, id: string) => api.call('POST', `${path}/backups/${id}/verify`);
  expect((await verify(mine.path, backup)).status).toBe(202);
  await takeVolumeRing(api.env.REDIS_URL, data);
  expect((await api.database.backup.findUniqueOrThrow({ where: { id: backup } })).verifyAskedAt).not.toBeNull();
  expect(errorOf(await verify(other.path, backup))).toEqual([404, 'backup_not_found']);
  expect(errorOf(await verify(mine.path, await passes.backUp(data, { state: 'pending' })))).toEqual([409, 'backup_not_ready']);
  // Of a removed one nobody would verify it.
  await new VolumeStore(api.database).remove(mine.id, { name: 'data' }, null);
  const refused = await verify(mine.path, backup);
  expect([errorOf(refused), refused.body['message']]).toEqual([
    [404, 'volume_not_found'],
    'The volume data was removed, and backups are verified of volumes that there are. Bring it back, or restore the backup into another volume.',
  ]);
});

it('a backup cannot be downloaded where no region is set, and the answer says what to do', async () => {
  const { id, path } = await running();
  const backup = await passes.backUp(await used(id));
  for (const blocks of ['blocks', 'blocks/0']) {
    const answer = await api.call('GET', `${path}/backups/${backup}/${blocks}`);
    expect([errorOf(answer), answer.body['message']]).toEqual([
      [503, 'download_unavailable'],
      'Backups cannot be downloaded from here. Restore this one into a volume instead.',
    ]);
  }
});
