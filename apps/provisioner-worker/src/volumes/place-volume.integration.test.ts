import { AppError } from '@dockhero/domain/errors';
import { describe, expect, it } from 'vitest';
import { passTimes, settle } from '../testing/drive.js';
import { prepareVolumes, type PreparedVolumes } from '../testing/prepare-volumes.js';
import { VolumeOwner } from '../testing/volume-owner.js';

let world: PreparedVolumes['world'];
let gate: PreparedVolumes['gate'];
let worker: PreparedVolumes['worker'];

prepareVolumes(
  { createMs: 400, attachMs: 900, detachMs: 500, snapshotMs: 20_000, modifyMs: 3_000 },
  (made) => ({ world, gate, worker } = made),
);

const settled = async (id: string) => await settle(world, worker, id);
const passes = async (id: string, count: number) => await passTimes(world, worker, id, count);

describe('a volume that a host wants', () => {
  it('is made in the host’s zone and attached to it, encrypted and with our tags', async () => {
    const owner = await VolumeOwner.with(world);
    const volume = await owner.use(worker);
    const [disk, ...others] = world.ebs.alive();
    expect(others).toEqual([]);
    expect(disk).toMatchObject({
      sizeGib: 2,
      spec: { resourceId: owner.resourceId, volumeId: volume.id, generation: 1, zone: 'us-east-1a' },
      attachment: { instanceId: await owner.instanceOf(0), state: 'attached' },
    });
    expect(await owner.facts(volume.id)).toMatchObject({
      state: 'attached',
      attachedHostId: await owner.hostId(0),
      observedVersion: 2,
      seenVersion: 2,
      refusal: null,
      step: null,
      attentionCode: null,
    });
  });

  it('is detached once its host has let go of it', async () => {
    const owner = await VolumeOwner.with(world);
    const volume = await owner.use(worker);
    world.mounts.stopContainers(volume.id);
    await owner.letGo(volume, 0);
    await settled(volume.id);
    expect(world.ebs.alive()[0]).toMatchObject({ state: 'available', attachment: null });
    expect(await owner.facts(volume.id)).toMatchObject({ state: 'available', attachedHostId: null });
  });

  it('stays where a container uses it, and the host that asks is told why', async () => {
    const owner = await VolumeOwner.with(world, 'business');
    const volume = await owner.use(worker);
    await owner.want(volume, 1);
    await passes(volume.id, 3);
    expect(await owner.facts(volume.id)).toMatchObject({
      attachedHostId: await owner.hostId(0),
      refusal: 'Host 1 uses this volume. Stop the containers that use it there.',
      seenVersion: 3,
    });
    expect(gate.count('disks.detach')).toBe(0);
    await owner.want(volume, 0);
    await settled(volume.id);
    expect(await owner.facts(volume.id)).toMatchObject({ refusal: null, state: 'attached' });
  });

  it('asked for in vain stays where it is, also when no container uses it there any more, until it is asked for again', async () => {
    const owner = await VolumeOwner.with(world, 'business');
    const volume = await owner.use(worker);
    await owner.want(volume, 1);
    await passes(volume.id, 2);
    await owner.giveUp(volume, 1);
    world.mounts.stopContainers(volume.id);
    await settled(volume.id);
    expect(await owner.facts(volume.id)).toMatchObject({ state: 'attached', attachedHostId: await owner.hostId(0), refusal: null });
    expect(gate.count('disks.detach')).toBe(0);
    await owner.want(volume, 1);
    await settled(volume.id);
    expect(await owner.facts(volume.id)).toMatchObject({ state: 'attached', attachedHostId: await owner.hostId(1) });
  });

  it('goes to another zone with what it holds, once no container uses it where it was', async () => {
    const owner = await VolumeOwner.with(world, 'business');
    const volume = await owner.use(worker);
    const before = await owner.facts(volume.id);
    world.ebs.write(before.ebsVolumeId ?? '', 7, 'precious');
    world.mounts.stopContainers(volume.id);
    await owner.want(volume, 1);
    await settled(volume.id);
    const after = await owner.facts(volume.id);
    expect(after).toMatchObject({ state: 'attached', attachedHostId: await owner.hostId(1), zone: 'us-east-1b', generation: 1 });
    expect(after.ebsVolumeId).not.toBe(before.ebsVolumeId);
    expect(world.ebs.alive()).toHaveLength(1);
    expect(
      world.ebs
        .disk(after.ebsVolumeId ?? '')
        .content.get(7)
        ?.toString(),
    ).toBe('precious');
    world.mounts.stopContainers(volume.id);
    await owner.want(volume, 0);
    await settled(volume.id);
    expect(world.ebs.alive()).toHaveLength(1);
    expect(world.ebs.alive()[0]?.content.get(7)?.toString()).toBe('precious');
  });

  it('that no host has had yet comes to another zone at once, without a backup of nothing, also there and back', async () => {
    const owner = await VolumeOwner.with(world, 'business');
    const volume = await owner.create();
    await settled(volume.id);
    for (const index of [1, 0, 1]) {
      // The host asks, and another one does before anything comes of it.
      await owner.want(volume, index);
      const facts = await owner.facts(volume.id);
      while ((await owner.facts(volume.id)).ebsVolumeId === facts.ebsVolumeId) await passes(volume.id, 1);
    }
    await settled(volume.id);
    expect(world.ebs.alive()).toHaveLength(1);
    expect(await owner.facts(volume.id)).toMatchObject({ state: 'attached', zone: 'us-east-1b', attachedHostId: await owner.hostId(1) });
    expect([await owner.backups(volume.id), gate.count('snapshots.create')]).toEqual([[], 0]);
  });

  it.each(['new', 'used'])(
    'that is %s goes to another zone also when it was given up before, after an answer that was lost',
    async (kind) => {
      const owner = await VolumeOwner.with(world, 'business');
      const volume = kind === 'new' ? await owner.create() : await owner.use(worker);
      world.mounts.stopContainers(volume.id);
      if (kind === 'used') await owner.letGo(volume, 0);
      await settled(volume.id);
      gate.hook = (call, moment) => {
        if (call === 'disks.create' && moment === 'after') throw new AppError('aws_unavailable');
      };
      await owner.want(volume, 1);
      while (gate.count('disks.create') < 2) await passes(volume.id, 1);
      await owner.giveUp(volume, 1);
      gate.hook = () => {};
      await settled(volume.id);
      expect(world.ebs.alive()).toHaveLength(1);
      await owner.want(volume, 1);
      await settled(volume.id);
      expect(await owner.facts(volume.id)).toMatchObject({ state: 'attached', zone: 'us-east-1b', attachedHostId: await owner.hostId(1) });
      expect(world.ebs.alive()).toHaveLength(1);
    },
  );

  it('goes to another zone with what was written last, also when a host has had it again since the move began', async () => {
    const owner = await VolumeOwner.with(world, 'business');
    const volume = await owner.use(worker);
    world.mounts.stopContainers(volume.id);
    await owner.want(volume, 1);
    while ((await owner.backups(volume.id)).every(({ state }) => state !== 'completed')) await passes(volume.id, 1);
    await owner.want(volume, 0);
    await settled(volume.id);
    expect(await owner.mount(volume, 0)).toBe(true);
    world.ebs.write((await owner.facts(volume.id)).ebsVolumeId ?? '', 7, 'last');
    world.advance(5_000);
    world.mounts.stopContainers(volume.id);
    await owner.want(volume, 1);
    await settled(volume.id);
    expect(await owner.facts(volume.id)).toMatchObject({ state: 'attached', attachedHostId: await owner.hostId(1) });
    expect(world.ebs.alive().map(({ content }) => content.get(7)?.toString())).toEqual(['last']);
  });

  it('keeps what was written last when it is restored, also when it was to move before, was backed up for that, and stayed', async () => {
    const owner = await VolumeOwner.with(world, 'business');
    const volume = await owner.use(worker);
    world.mounts.stopContainers(volume.id);
    await owner.want(volume, 1);
    while ((await owner.backups(volume.id)).every(({ state }) => state !== 'completed')) await passes(volume.id, 1);
    const [ofMove] = await owner.backups(volume.id);
    await owner.want(volume, 0);
    await settled(volume.id);
    expect(await owner.mount(volume, 0)).toBe(true);
    const { ebsVolumeId } = await owner.facts(volume.id);
    world.ebs.write(ebsVolumeId ?? '', 7, 'last');
    world.mounts.stopContainers(volume.id);
    await owner.letGo(volume, 0);
    await owner.restore(ofMove?.id ?? '');
    await settled(volume.id);
    // The restored disk is there, the one before is gone, and a backup has what it held.
    world.advance(60_000);
    await settled(volume.id);
    expect(world.ebs.alive().map(({ spec }) => spec.generation)).toEqual([2]);
    const held = world.ebs.snapshots.filter(({ diskId }) => diskId === ebsVolumeId).map(({ content }) => content.get(7)?.toString());
    expect(held).toContain('last');
    expect((await owner.backups(volume.id)).find(({ id }) => id === ofMove?.id)?.note).toBe(
      'before a move to another zone that was given up',
    );
  });

  it('is not taken from a host that does not answer, and is once that host has ended', async () => {
    const owner = await VolumeOwner.with(world, 'business');
    const volume = await owner.use(worker);
    const lost = await owner.instanceOf(0);
    world.mounts.silent.add(lost);
    await owner.want(volume, 1);
    await passes(volume.id, 5);
    expect((await owner.facts(volume.id)).refusal).toBe(
      'Host 1 has this volume and does not answer: it stays there until the host answers or is replaced.',
    );
    const instance = world.cloud.instances.find(({ id }) => id === lost);
    if (instance) world.cloud.lose(instance);
    await settled(volume.id);
    expect(await owner.facts(volume.id)).toMatchObject({ state: 'attached', attachedHostId: await owner.hostId(1), refusal: null });
  });

  it('follows its host to the machine that replaces it', async () => {
    const owner = await VolumeOwner.with(world);
    const volume = await owner.use(worker);
    const lost = await owner.instanceOf(0);
    const instance = world.cloud.instances.find(({ id }) => id === lost);
    if (instance) world.cloud.lose(instance);
    await owner.settleCluster();
    await owner.want(volume, 0);
    await settled(volume.id);
    expect(await owner.instanceOf(0)).not.toBe(lost);
    expect(world.ebs.alive()[0]?.attachment).toMatchObject({ instanceId: await owner.instanceOf(0), state: 'attached' });
    expect(await owner.mount(volume, 0)).toBe(true);
  });

  it('that hangs while it is attached is attached anew within 90 seconds', async () => {
    const owner = await VolumeOwner.with(world);
    const volume = await owner.create();
    await owner.want(volume, 0);
    await passes(volume.id, 2);
    const [disk] = world.ebs.alive();
    world.ebs.stuck.add(disk?.id ?? '');
    const startedAt = Date.now();
    while (gate.count('disks.detach') === 0 && Date.now() - startedAt < 90_000) await passes(volume.id, 1);
    world.ebs.stuck.clear();
    await settled(volume.id);
    expect(Date.now() - startedAt).toBeLessThan(90_000);
    expect(gate.count('disks.attach')).toBe(2);
    expect(await owner.facts(volume.id)).toMatchObject({ state: 'attached' });
  });

  it('that hangs while it is detached is forced away only from a machine that has stopped', async () => {
    const owner = await VolumeOwner.with(world, 'business');
    const volume = await owner.use(worker);
    world.mounts.stopContainers(volume.id);
    world.ebs.stuck.add(world.ebs.alive()[0]?.id ?? '');
    await owner.want(volume, 1);
    await passes(volume.id, 400);
    expect(await owner.facts(volume.id)).toMatchObject({
      state: 'detaching',
      waitingFor: 'AWS to detach the disk',
      refusal: expect.stringContaining('AWS has been detaching') as string,
    });
    expect(world.ebs.violations).toEqual([]);
  });

  it('that AWS has lost needs a person, and is never made again by itself', async () => {
    const owner = await VolumeOwner.with(world);
    const volume = await owner.use(worker);
    world.ebs.lose(world.ebs.alive()[0]?.id ?? '');
    await passes(volume.id, 3);
    expect(await owner.facts(volume.id)).toMatchObject({ state: 'lost', attentionCode: 'volume_lost' });
    expect(world.ebs.alive()).toEqual([]);
    expect((await world.audit(owner.resourceId)).filter((line) => line.startsWith('trouble: volume data: AWS does not know'))).toHaveLength(
      1,
    );
  });

  it('that no disk can be had for, says so to the host at once', async () => {
    const owner = await VolumeOwner.with(world);
    const volume = await owner.create();
    await owner.want(volume, 0);
    world.ebs.diskLimit = 0;
    await passes(volume.id, 1);
    expect(await owner.facts(volume.id)).toMatchObject({
      attentionCode: 'disk_limit',
      refusal: 'AWS gives us no further disk. Our operators have been told.',
    });
    world.ebs.diskLimit = Infinity;
    await settled(volume.id);
    expect(await owner.facts(volume.id)).toMatchObject({ attentionCode: null, refusal: null, state: 'attached', failures: 0 });
  });
});
