import type { AppError } from '@dockhero/domain/errors';
import { CallGate } from '@dockhero/testing/fakes/call-gate';
import { describe, expect, it } from 'vitest';
import { passTimes, settle } from '../testing/drive.js';
import { prepareVolumes, type PreparedVolumes } from '../testing/prepare-volumes.js';
import { VolumeOwner } from '../testing/volume-owner.js';
import { makeReconciler } from '../testing/worker.js';

const dayMs = 86_400_000;
let storage: PreparedVolumes['storage'];
let world: PreparedVolumes['world'];
let gate: PreparedVolumes['gate'];
let worker: PreparedVolumes['worker'];

prepareVolumes(
  { createMs: 400, attachMs: 900, detachMs: 500, snapshotMs: 20_000, modifyMs: 3_000 },
  (made) => ({ storage, world, gate, worker } = made),
);

const settled = async (id: string) => await settle(world, worker, id);
const passes = async (id: string, count: number) => await passTimes(world, worker, id, count);

describe('a volume that is to grow', () => {
  it('is backed up first, and its file system takes the new size while containers go on', async () => {
    const owner = await VolumeOwner.with(world);
    const volume = await owner.use(worker);
    await owner.resize('data', 5);
    await settled(volume.id);
    expect(await owner.facts(volume.id)).toMatchObject({ sizeGib: 5, observedVersion: 3 });
    expect(world.mounts.mounts[0]).toMatchObject({ fileSystemGib: 5, uses: 1 });
    expect((await owner.backups(volume.id)).map(({ kind, state }) => `${kind} ${state}`)).toEqual(['change completed']);
    expect(gate.calls.indexOf('snapshots.create')).toBeLessThan(gate.calls.indexOf('disks.modify'));
    // A second change within hours has to wait for AWS, and that is no failure.
    world.ebs.times.optimizeMs = 6 * 3_600_000;
    await owner.resize('data', 6);
    await passes(volume.id, 2);
    expect(await owner.facts(volume.id)).toMatchObject({ failures: 0, waitingFor: 'The last change of this volume has not completed.' });
    world.advance(6 * 3_600_000);
    await settled(volume.id);
    expect(world.ebs.alive()[0]?.sizeGib).toBe(6);
  });
});

describe('a volume whose change AWS refuses', () => {
  it('needs a person, and comes to hosts as before', async () => {
    const owner = await VolumeOwner.with(world);
    const volume = await owner.use(worker);
    world.mounts.stopContainers(volume.id);
    await owner.letGo(volume, 0);
    gate.refuse('disks.modify', 'aws_rejected', 1_000);
    await owner.resize('data', 3);
    await passes(volume.id, 60);
    expect(await owner.facts(volume.id)).toMatchObject({ state: 'available', attentionCode: 'aws_rejected' });
    await owner.want(volume, 0);
    await passes(volume.id, 1);
    expect(await owner.facts(volume.id)).toMatchObject({ state: 'attaching', attentionCode: 'aws_rejected', refusal: null });
    await passes(volume.id, 3);
    expect(await owner.mount(volume, 0)).toBe(true);
  });
});

describe('a volume of which an old backup cannot be deleted', () => {
  it('is in no trouble while AWS asks us to slow down', async () => {
    const owner = await VolumeOwner.with(world);
    const volume = await owner.use(worker);
    const id = await owner.backUp('data');
    await owner.backUp('data');
    await settled(volume.id);
    await storage.database.backup.update({ where: { id }, data: { keepUntil: new Date(0), takenAt: new Date(0) } });
    gate.refuse('snapshots.delete', 'aws_throttled', 20);
    expect((await settled(volume.id)).filter((outcome) => outcome.startsWith('failed'))).toEqual([]);
    expect(world.ebs.snapshots).toHaveLength(1);
  });

  it('comes to its host in EC2’s time although something else fails in the background, which is told after that', async () => {
    const owner = await VolumeOwner.with(world);
    const volume = await owner.use(worker);
    const id = await owner.backUp('data');
    await owner.backUp('data');
    world.mounts.stopContainers(volume.id);
    await owner.letGo(volume, 0);
    await settled(volume.id);
    await world.database.backup.update({ where: { id }, data: { keepUntil: new Date(0), takenAt: new Date(0) } });
    gate.refuse('snapshots.delete', 'aws_unavailable', 1_000);
    await expect(worker.pass(volume.id)).rejects.toMatchObject({ code: 'aws_unavailable' });
    await owner.want(volume, 0);
    let [passed, mounted] = [0, false];
    for (; !mounted; passed += 1) {
      const result = await worker.pass(volume.id).catch((error: unknown) => error as AppError);
      mounted = await owner.mount(volume, 0);
      // Failed, the queue would let seconds pass, and more each time.
      if (!mounted) expect(result).toMatchObject({ done: false, waitingFor: 'AWS to attach the disk', retryAfterMs: 300 });
      world.advance(300);
    }
    expect(passed).toBeGreaterThan(2);
    expect((await owner.facts(volume.id)).failures).toBe(2);
  });
});

describe('a volume that is removed', () => {
  it('leaves a final backup and no disk, comes back from it, and is forgotten when its time is over', async () => {
    const owner = await VolumeOwner.with(world);
    const volume = await owner.use(worker);
    world.ebs.write(world.ebs.alive()[0]?.id ?? '', 3, 'kept');
    world.mounts.stopContainers(volume.id);
    await owner.letGo(volume, 0);
    await settled(volume.id);
    await owner.remove('data');
    await settled(volume.id);
    expect(world.ebs.alive()).toEqual([]);
    expect(world.ebs.snapshots).toHaveLength(1);
    expect(await owner.facts(volume.id)).toMatchObject({ state: 'deleted', forgottenAt: null });
    const back = await owner.undelete('data');
    await owner.want(back, 0);
    await settled(volume.id);
    expect(world.ebs.alive()[0]?.content.get(3)?.toString()).toBe('kept');
    expect(await owner.mount(back, 0)).toBe(true);
    world.mounts.stopContainers(volume.id);
    await owner.letGo(volume, 0);
    await settled(volume.id);
    await owner.remove('data');
    await settled(volume.id);
    world.advance(40 * dayMs);
    await settled(volume.id);
    expect(world.ebs.leftovers(owner.resourceId)).toEqual([]);
    expect((await owner.facts(volume.id)).forgottenAt).not.toBeNull();
  });

  it('is forgotten even when it was removed before what it was to be restored from was in a disk', async () => {
    const owner = await VolumeOwner.with(world);
    const volume = await owner.use(worker);
    await owner.backUp('data');
    await settled(volume.id);
    world.mounts.stopContainers(volume.id);
    await owner.letGo(volume, 0);
    await settled(volume.id);
    const [backup] = await owner.backups(volume.id);
    await owner.restore(backup?.id ?? '');
    await owner.remove('data');
    await settled(volume.id);
    world.advance(2 * dayMs);
    await settled(volume.id);
    expect((await owner.backups(volume.id)).find(({ id }) => id === backup?.id)?.state).toBe('completed');
    world.advance(40 * dayMs);
    await settled(volume.id);
    expect(world.ebs.leftovers(owner.resourceId)).toEqual([]);
    expect((await owner.facts(volume.id)).forgottenAt).not.toBeNull();
  });

  it('goes without a backup when no host ever had it', async () => {
    const owner = await VolumeOwner.with(world);
    const volume = await owner.create();
    await settled(volume.id);
    await owner.remove('data');
    await settled(volume.id);
    expect(world.ebs.leftovers(owner.resourceId)).toEqual([]);
    expect(await owner.backups(volume.id)).toEqual([]);
  });

  it('is not forgotten when somebody wants it back at that moment', async () => {
    const owner = await VolumeOwner.with(world);
    const volume = await owner.create();
    await settled(volume.id);
    await owner.remove('data');
    await settled(volume.id);
    world.advance(7.1 * dayMs);
    const release = gate.hold('disks.listOf');
    const pass = worker.pass(volume.id);
    await expect.poll(() => gate.calls.at(-1)).toBe('disks.listOf');
    await owner.undelete('data');
    release();
    await pass;
    await settled(volume.id);
    expect(await owner.facts(volume.id)).toMatchObject({ forgottenAt: null, state: 'available', generation: 2 });
  });

  it('goes with its resource, whose other things are kept until the final backup is complete', async () => {
    const owner = await VolumeOwner.with(world);
    const volume = await owner.use(worker);
    const cluster = makeReconciler(world, new CallGate(), storage.database);
    await world.resources.remove(owner.resourceId);
    let result = await cluster.pass(owner.resourceId);
    for (let count = 0; count < 200 && !result.done; count += 1) {
      world.advance(result.retryAfterMs);
      if (world.ebs.alive().length > 0) expect(world.cloud.groups).not.toEqual([]);
      if (world.volumeRings.length > 0) await passes(volume.id, 1);
      result = await cluster.pass(owner.resourceId);
    }
    expect(result.done).toBe(true);
    expect(world.cloud.leftovers(owner.resourceId)).toEqual([]);
    expect(world.ebs.alive()).toEqual([]);
    expect((await owner.backups(volume.id)).map(({ kind, state }) => `${kind} ${state}`)).toEqual(['final completed']);
    expect((await world.facts(owner.resourceId)).facts?.removedAt).not.toBeNull();
    world.advance(8 * dayMs);
    await settled(volume.id);
    expect(world.ebs.leftovers(owner.resourceId)).toEqual([]);
  });
});
