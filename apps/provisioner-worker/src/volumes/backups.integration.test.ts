import { AppError } from '@dockhero/domain/errors';
import { backupTriesMax } from '@dockhero/domain/volumes/backup-retries';
import { describe, expect, it } from 'vitest';
import { passTimes, settle } from '../testing/drive.js';
import { prepareVolumes, type PreparedVolumes } from '../testing/prepare-volumes.js';
import { VolumeOwner } from '../testing/volume-owner.js';

const dayMs = 86_400_000;
let storage: PreparedVolumes['storage'];
let world: PreparedVolumes['world'];
let gate: PreparedVolumes['gate'];
let worker: PreparedVolumes['worker'];

prepareVolumes({ snapshotMs: 20_000 }, (made) => ({ storage, world, gate, worker } = made));

const settled = async (id: string) => await settle(world, worker, id);

async function inUse() {
  const owner = await VolumeOwner.with(world);
  return { owner, volume: await owner.use(worker), diskId: world.ebs.alive()[0]?.id ?? '' };
}

describe('a backup', () => {
  it('is taken while writes are held back, and tells what it holds, how, and how much has changed', async () => {
    const { owner, volume, diskId } = await inUse();
    gate.hook = (call, moment) => {
      if (call === 'snapshots.create' && moment === 'before') {
        expect(world.mounts.frozen()).toEqual([diskId]);
        world.advance(400);
      }
    };
    await owner.backUp('data');
    await settled(volume.id);
    world.ebs.write(diskId, 5, 'more');
    world.ebs.write(diskId, 9, 'more');
    await owner.backUp('data');
    await settled(volume.id);
    const [first, second] = await owner.backups(volume.id);
    expect(first).toMatchObject({ state: 'completed', consistency: 'filesystem', frozenMs: 400, changedBytes: null, kind: 'manual' });
    expect(second).toMatchObject({ state: 'completed', changedBytes: BigInt(2 * 524_288) });
    expect(second?.completedAt?.getTime()).toBeGreaterThanOrEqual(second?.takenAt?.getTime() ?? Infinity);
    expect(gate.count('volumes.thaw')).toBe(2);
  });

  it('thaws also when the snapshot fails', async () => {
    const { owner, volume } = await inUse();
    gate.refuse('snapshots.create', 'aws_unavailable');
    await owner.backUp('data');
    await worker.pass(volume.id);
    expect(gate.count('volumes.thaw')).toBe(1);
    expect(world.mounts.frozen()).toEqual([]);
    expect((await owner.backups(volume.id))[0]).toMatchObject({ state: 'requested', failures: 1, failure: expect.any(String) });
    await settled(volume.id);
    expect((await owner.backups(volume.id))[0]).toMatchObject({ state: 'completed', failure: null });
  });

  it('claims no more than a power cut would leave when the freeze did not last, or nobody answered', async () => {
    const { owner, volume } = await inUse();
    gate.hook = (call, moment) => {
      if (call === 'snapshots.create' && moment === 'before') world.advance(11_000);
    };
    await owner.backUp('data');
    await settled(volume.id);
    gate.hook = () => {};
    world.mounts.silent.add(await owner.instanceOf(0));
    await owner.backUp('data');
    await settled(volume.id);
    const backups = await owner.backups(volume.id);
    expect(backups.map(({ state, consistency, consistencyDetail }) => `${state} ${consistency}: ${consistencyDetail}`)).toEqual([
      'completed crash: the freeze did not last until the snapshot was taken.',
      'completed crash: the agent of the host did not answer.',
    ]);
  });

  it('is made although a hook fails, and the app’s people are told why it is less than it could be', async () => {
    const { owner, volume } = await inUse();
    world.mounts.hookFailure = 'the hook of db ended with 3: no room.';
    await owner.backUp('data');
    await settled(volume.id);
    const [backup] = await owner.backups(volume.id);
    expect(backup).toMatchObject({ state: 'completed', consistency: 'filesystem', consistencyDetail: world.mounts.hookFailure });
    const told = await storage.database.auditEvent.findMany({ where: { resourceId: owner.resourceId, kind: 'warning' } });
    expect(told.map(({ text }) => text)).toEqual([
      'a manual backup of volume data is consistent as: filesystem; the hook of db ended with 3: no room.',
    ]);
  });

  it('is as good when a hook after it fails, and the app’s people are told of that too', async () => {
    const { owner, volume } = await inUse();
    world.mounts.laterHookFailure = 'the hook of db ended with 4: still locked.';
    await owner.backUp('data');
    await settled(volume.id);
    world.mounts.hookFailure = 'the hook of db ended with 3: no room.';
    await owner.backUp('data');
    await settled(volume.id);
    const after =
      'afterwards the hook of db ended with 4: still locked. The application may still be as the hook before has left it: then what the hook after it does is to be done by hand.';
    expect((await owner.backups(volume.id)).map(({ consistency, consistencyDetail }) => `${consistency}: ${consistencyDetail}`)).toEqual([
      `filesystem: ${after}`,
      `filesystem: the hook of db ended with 3: no room; ${after}`,
    ]);
    const told = await storage.database.auditEvent.findMany({ where: { resourceId: owner.resourceId, kind: 'warning' } });
    expect(told.map(({ text }) => text)).toContain(`a manual backup of volume data is consistent as: filesystem; ${after}`);
  });

  it('asked for after a restore waits for the restored disk, which waits for the containers, and until AWS shows it', async () => {
    const { owner, volume, diskId } = await inUse();
    world.ebs.write(diskId, 5, 'old');
    await owner.backUp('data');
    await settled(volume.id);
    const [old] = await owner.backups(volume.id);
    world.ebs.write(diskId, 5, 'new');
    await owner.restore(old?.id ?? '');
    await owner.backUp('data');
    await passTimes(world, worker, volume.id, 5);
    const last = async () => (await owner.backups(volume.id)).find(({ kind, id }) => kind === 'manual' && id !== old?.id);
    expect(await last()).toMatchObject({ state: 'requested', failures: 0, generation: 2 });
    Object.assign(world.ebs.times, { lagMs: 8_000, idLagMs: 4_000 });
    world.mounts.stopContainers(volume.id);
    await owner.letGo(volume, 0);
    world.advance(60_000);
    await settled(volume.id);
    const made = await last();
    expect(made).toMatchObject({ state: 'completed', failures: 0 });
    const held = world.ebs.snapshots.find(({ id }) => id === made?.snapshotId);
    expect(held?.content.get(5)?.toString()).toBe('old');
  });

  it('is taken once when the answer of its snapshot is lost, and the second of a lagging listing goes', async () => {
    const { owner, volume } = await inUse();
    gate.loseAnswer('snapshots.create');
    await owner.backUp('data');
    await settled(volume.id);
    expect(world.ebs.snapshots).toHaveLength(1);
    world.ebs.times.lagMs = 8_000;
    gate.loseAnswer('snapshots.create');
    await owner.backUp('data');
    await settled(volume.id);
    expect(world.ebs.snapshots).toHaveLength(2);
    expect((await owner.backups(volume.id)).map(({ state }) => state)).toEqual(['completed', 'completed']);
  });

  it('claims no more than its snapshot, when that is of a try before, which AWS shows in the midst of the next', async () => {
    const { owner, volume } = await inUse();
    const instanceId = await owner.instanceOf(0);
    world.mounts.silent.add(instanceId);
    world.ebs.times.lagMs = 8_000;
    gate.loseAnswer('snapshots.create');
    await owner.backUp('data');
    await worker.pass(volume.id);
    world.mounts.silent.delete(instanceId);
    world.advance(7_500);
    gate.hook = (call, moment) => {
      if (call === 'volumes.freeze' && moment === 'after') world.advance(1_000);
    };
    await settled(volume.id);
    const [backup] = await owner.backups(volume.id);
    const [snapshot, ...others] = world.ebs.snapshots;
    expect(others).toEqual([]);
    expect(backup).toMatchObject({ state: 'completed', consistency: 'crash', takenAt: new Date(snapshot?.startedAt ?? 0) });
  });

  it('is tried again when its snapshot ends in an error', async () => {
    const { owner, volume, diskId } = await inUse();
    world.ebs.failSnapshot.add(diskId);
    await owner.backUp('data');
    await settled(volume.id);
    expect((await owner.backups(volume.id))[0]).toMatchObject({ state: 'completed', failures: 1 });
    expect(world.ebs.snapshots).toHaveLength(1);
  });

  it('whose snapshot takes hours is not given up because AWS cannot be asked how far it is', async () => {
    const { owner, volume } = await inUse();
    world.ebs.times.snapshotMs = 4 * 3_600_000;
    await owner.backUp('data');
    await passTimes(world, worker, volume.id, 1);
    world.advance(3 * 3_600_000);
    gate.refuse('snapshots.find', 'aws_unavailable', 20);
    gate.refuse('snapshots.findOf', 'aws_unavailable', 20);
    await passTimes(world, worker, volume.id, 20);
    expect((await owner.backups(volume.id))[0]).toMatchObject({ state: 'pending', failures: 0 });
    world.advance(3_600_000);
    await settled(volume.id);
    expect((await owner.backups(volume.id))[0]).toMatchObject({ state: 'completed', failures: 0, consistency: 'filesystem' });
    expect(world.ebs.snapshots).toHaveLength(1);
  });

  it('that had to wait for hours before its first try outlives an outage as any other does', async () => {
    const { owner, volume } = await inUse();
    gate.refuse('snapshots.create', 'snapshot_limit');
    await owner.backUp('data');
    await passTimes(world, worker, volume.id, 1);
    world.advance(3 * 3_600_000);
    const until = Date.now() + 60_000;
    gate.hook = (call, moment) => {
      if (call === 'snapshots.create' && moment === 'before' && Date.now() < until) throw new AppError('aws_unavailable');
    };
    await settled(volume.id);
    expect((await owner.backups(volume.id))[0]).toMatchObject({ state: 'completed', failures: 3 });
  });

  it('fails with a sentence when an hour and a half of tries were in vain, and keeps nobody from anything', async () => {
    const { owner, volume } = await inUse();
    gate.refuse('snapshots.create', 'aws_rejected', 100);
    await owner.backUp('data');
    await settled(volume.id);
    expect((await owner.backups(volume.id))[0]).toMatchObject({
      state: 'failed',
      failures: backupTriesMax,
      failure: 'AWS refused a request for this add-on. Our operators have been told.',
    });
    expect(await owner.facts(volume.id)).toMatchObject({ state: 'attached', attentionCode: null, step: null });
    expect(
      (await world.audit(owner.resourceId)).filter((line) => line.startsWith('warning: a manual backup of volume data failed')),
    ).toHaveLength(1);
  });

  it('waits without a failure when AWS asks for it', async () => {
    const { owner, volume } = await inUse();
    gate.refuse('snapshots.create', 'snapshot_limit', 5);
    await owner.backUp('data');
    await settled(volume.id);
    expect((await owner.backups(volume.id))[0]).toMatchObject({ state: 'completed', failures: 0 });
  });

  it('is restored in place: the content before it is kept in a backup, and its disk goes', async () => {
    const { owner, volume, diskId } = await inUse();
    world.ebs.write(diskId, 1, 'good');
    const good = await owner.backUp('data');
    await settled(volume.id);
    world.ebs.write(diskId, 1, 'bad');
    const restored = await owner.restore(good);
    await worker.pass(volume.id).catch(() => {});
    expect((await owner.facts(volume.id)).refusal).toContain('Host 1 uses this volume');
    world.mounts.stopContainers(volume.id);
    await settled(volume.id);
    expect(restored.generation).toBe(2);
    expect(world.ebs.alive().map(({ spec }) => spec.generation)).toEqual([2]);
    expect(world.ebs.alive()[0]?.content.get(1)?.toString()).toBe('good');
    const before = (await owner.backups(volume.id)).find(({ kind }) => kind === 'change');
    expect(before).toMatchObject({ state: 'completed', generation: 1 });
    expect(
      world.ebs.snapshots
        .find(({ id }) => id === before?.snapshotId)
        ?.content.get(1)
        ?.toString(),
    ).toBe('bad');
    expect(await owner.mount(volume, 0)).toBe(true);
  });

  it('that a new volume is to be made of is not deleted before', async () => {
    const { owner, volume } = await inUse();
    const id = await owner.backUp('data');
    await settled(volume.id);
    const clone = await owner.restore(id, 'clone');
    world.advance(31 * dayMs);
    await owner.backUp('data');
    await settled(volume.id);
    expect((await owner.backups(volume.id)).find((backup) => backup.id === id)?.state).toBe('completed');
    await settled(clone.id);
    await settled(volume.id);
    expect((await owner.backups(volume.id)).find((backup) => backup.id === id)).toMatchObject({ state: 'expired', snapshotId: null });
  });
});
