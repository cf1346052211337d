import { BackupStore } from '@dockhero/database/backup-store';
import { CallGate } from '@dockhero/testing/fakes/call-gate';
import { describe, expect, it } from 'vitest';
import { passTimes, settle } from '../testing/drive.js';
import { prepareVolumes, type PreparedVolumes } from '../testing/prepare-volumes.js';
import { VolumeOwner } from '../testing/volume-owner.js';
import { makeReconciler } from '../testing/worker.js';

const dayMs = 86_400_000;
let storage: PreparedVolumes['storage'];
let world: PreparedVolumes['world'];
let worker: PreparedVolumes['worker'];

prepareVolumes({ snapshotMs: 20_000 }, (made) => ({ storage, world, worker } = made));

const settled = async (id: string) => await settle(world, worker, id);

/** A volume whose disk AWS loses, after its daily backup. */
async function lost() {
  const owner = await VolumeOwner.with(world);
  const volume = await owner.use(worker);
  world.ebs.write(world.ebs.alive()[0]?.id ?? '', 3, 'kept');
  await new BackupStore(storage.database).requestDaily([volume.id], new Date());
  await settled(volume.id);
  world.mounts.stopContainers(volume.id);
  await owner.letGo(volume, 0);
  await settled(volume.id);
  world.ebs.lose(world.ebs.alive()[0]?.id ?? '');
  await passTimes(world, worker, volume.id, 2);
  expect((await owner.facts(volume.id)).state).toBe('lost');
  const daily = async () => (await owner.backups(volume.id)).find(({ kind }) => kind === 'daily');
  return { owner, volume, daily };
}

describe('a volume that AWS has lost', () => {
  it('has its backups for as long as a final one would be kept, once it is removed', async () => {
    const { owner, volume, daily } = await lost();
    await owner.remove('data');
    await settled(volume.id);
    world.advance(6.9 * dayMs);
    await settled(volume.id);
    expect(await daily()).toMatchObject({ state: 'completed' });
    expect((await owner.facts(volume.id)).forgottenAt).toBeNull();
    world.advance(dayMs);
    await settled(volume.id);
    expect(await daily()).toMatchObject({ state: 'expired', snapshotId: null });
    expect((await owner.facts(volume.id)).forgottenAt).not.toBeNull();
    expect(world.ebs.leftovers(owner.resourceId)).toEqual([]);
  });

  it('has them as long when its add-on is destroyed', async () => {
    const { owner, volume, daily } = await lost();
    await world.resources.remove(owner.resourceId);
    await settled(volume.id);
    await settle(world, makeReconciler(world, new CallGate(), storage.database), owner.resourceId);
    world.advance(6.9 * dayMs);
    await settled(volume.id);
    expect(await daily()).toMatchObject({ state: 'completed' });
    world.advance(dayMs);
    await settled(volume.id);
    expect(world.ebs.leftovers(owner.resourceId)).toEqual([]);
  });

  it('does not come back empty after a removal: it says that a backup is to be restored, and comes back with that', async () => {
    const { owner, volume, daily } = await lost();
    await owner.remove('data');
    await settled(volume.id);
    await expect(owner.undelete('data')).rejects.toMatchObject({ code: 'volume_lost' });
    await owner.restore((await daily())?.id ?? '');
    await settled(volume.id);
    expect(world.ebs.alive().map(({ content }) => content.get(3)?.toString())).toEqual(['kept']);
  });
});

describe('a volume whose disk comes to nothing while AWS makes it', () => {
  it('is lost once AWS has not shown it for minutes, and says what to do', async () => {
    const owner = await VolumeOwner.with(world);
    const volume = await owner.create();
    await owner.want(volume, 0);
    world.ebs.times.createMs = 10_000;
    await passTimes(world, worker, volume.id, 2);
    world.ebs.lose(world.ebs.alive()[0]?.id ?? '');
    await passTimes(world, worker, volume.id, 5);
    expect(await owner.facts(volume.id)).toMatchObject({ state: 'creating', attentionCode: null });
    world.advance(5 * 60_000);
    await passTimes(world, worker, volume.id, 1);
    expect(await owner.facts(volume.id)).toMatchObject({
      state: 'lost',
      attentionCode: 'volume_lost',
      refusal: 'AWS could not make the disk of this volume. The volume holds nothing: remove it, and create it again.',
    });
  });
});

describe('a volume whose disk AWS does not show for a moment', () => {
  it('is saved before its disk goes, also when its add-on is being destroyed', async () => {
    const owner = await VolumeOwner.with(world);
    const volume = await owner.use(worker);
    world.mounts.stopContainers(volume.id);
    await owner.letGo(volume, 0);
    await settled(volume.id);
    await world.resources.remove(owner.resourceId);
    Object.assign(world.ebs.times, { lagMs: 30 * dayMs, idLagMs: 30 * dayMs });
    await passTimes(world, worker, volume.id, 1);
    Object.assign(world.ebs.times, { lagMs: 0, idLagMs: 0 });
    await settled(volume.id);
    expect(world.ebs.alive()).toEqual([]);
    expect((await owner.backups(volume.id)).map(({ kind, state }) => `${kind} ${state}`)).toEqual(['final completed']);
  });
});

describe('a volume that is to be made of a backup whose snapshot AWS does not know any more', () => {
  it('says so, instead of waiting for AWS to show it', async () => {
    const owner = await VolumeOwner.with(world);
    const volume = await owner.use(worker);
    const backup = await owner.backUp('data');
    await settled(volume.id);
    world.advance(3_600_000);
    world.ebs.snapshots.splice(0);
    const clone = await owner.restore(backup, 'clone');
    await passTimes(world, worker, clone.id, 1);
    expect(await owner.facts(clone.id)).toMatchObject({
      attentionCode: 'backup_failed',
      refusal: 'AWS does not know the snapshot of this backup any more. Restore another one.',
    });
  });
});
