import { randomUUID } from 'node:crypto';
import { troubledVolumes, unsettledVolumes } from '@dockhero/database/volumes-to-sweep';
import { CallGate } from '@dockhero/testing/fakes/call-gate';
import { pino } from 'pino';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { settle } from '../testing/drive.js';
import { prepareWorld, type PreparedWorld } from '../testing/prepare-world.js';
import { makeVolumeReconciler } from '../testing/volume-worker.js';
import { VolumeOwner } from '../testing/volume-owner.js';
import { portsOf } from '../testing/worker.js';
import type { VolumeReconciler } from './volume-reconciler.js';
import { VolumeOrphanSweep } from './volume-orphan-sweep.js';
import { VolumeSweep } from './volume-sweep.js';

const graceMs = 3_600_000;
const never = { unsettled: graceMs, all: graceMs, attention: graceMs };
const silent = pino({ level: 'silent' });
let world: PreparedWorld['world'];
let gate: PreparedWorld['gate'];
let worker: VolumeReconciler;
let sweep: VolumeSweep;
let orphans: VolumeOrphanSweep;

prepareWorld({}, (made) => ({ world, gate } = made));
beforeEach(() => {
  worker = makeVolumeReconciler(world, new CallGate(), world.database);
  const { disks, snapshots } = portsOf(world, gate);
  sweep = new VolumeSweep(world.database, disks, world.volumeDoorbell, never, silent);
  orphans = new VolumeOrphanSweep(world.database, disks, snapshots, { intervalMs: graceMs, graceMs }, silent);
});

const settled = async (id: string) => await settle(world, worker, id);
const sweepFor = async (times: number) => {
  for (; times > 0; times -= 1) {
    await orphans.run(Date.now());
    world.advance(graceMs);
  }
};
const isRung = async (id: string, run: () => Promise<void>) => {
  world.volumeRings.splice(0);
  await run();
  return world.volumeRings.includes(id);
};

async function attached() {
  const owner = await VolumeOwner.with(world);
  const volume = await owner.create();
  await owner.want(volume, 0);
  await settled(volume.id);
  await owner.mount(volume, 0);
  return { owner, volume };
}

describe('the sweeps of volumes', () => {
  it('ring what is wanted and not there yet, and leave alone what is settled', async () => {
    const owner = await VolumeOwner.with(world);
    const volume = await owner.create();
    expect(await isRung(volume.id, () => sweep.unsettled())).toBe(true);
    await settled(volume.id);
    expect(await isRung(volume.id, () => sweep.unsettled())).toBe(false);
    await owner.want(volume, 0);
    expect(await isRung(volume.id, () => sweep.unsettled())).toBe(true);
    await settled(volume.id);
    expect(await isRung(volume.id, () => sweep.unsettled())).toBe(false);
  });

  it('ring for backups that are to be made, and for those whose time is over', async () => {
    const { owner, volume } = await attached();
    const id = await owner.backUp('data');
    expect(await unsettledVolumes(world.database)).toContain(volume.id);
    await settled(volume.id);
    expect(await unsettledVolumes(world.database)).not.toContain(volume.id);
    await world.database.backup.update({ where: { id }, data: { keepUntil: new Date('2020-01-01') } });
    expect(await unsettledVolumes(world.database)).toContain(volume.id);
  });

  it('ring for volumes of a resource that was removed, until they are forgotten', async () => {
    const { owner, volume } = await attached();
    await world.resources.remove(owner.resourceId);
    expect(await unsettledVolumes(world.database)).toContain(volume.id);
  });

  it('ring what is in trouble each hour, and sooner when something else is wanted', async () => {
    const { owner, volume } = await attached();
    world.ebs.lose(world.ebs.alive()[0]?.id ?? '');
    await expect(worker.pass(volume.id)).rejects.toMatchObject({ code: 'volume_lost' });
    expect(await unsettledVolumes(world.database)).not.toContain(volume.id);
    expect(await troubledVolumes(world.database)).toContain(volume.id);
    await owner.resize('data', 3);
    expect(await unsettledVolumes(world.database)).toContain(volume.id);
  });

  it('find by one listing what has changed at AWS', async () => {
    const { volume } = await attached();
    expect(await isRung(volume.id, () => sweep.drifted())).toBe(false);
    world.mounts.stopContainers(volume.id);
    const [disk] = world.ebs.alive();
    if (disk) world.ebs.release(disk, false);
    gate.calls.splice(0);
    expect(await isRung(volume.id, () => sweep.drifted())).toBe(true);
    expect(gate.calls).toEqual(['disks.listAll']);
    await settled(volume.id);
    expect(world.ebs.alive()[0]?.attachment?.state).toBe('attached');
  });
});

/** So many backups that are given up, although there is a snapshot. */
async function withFailedBackups(count: number): Promise<void> {
  const { owner, volume } = await attached();
  for (let made = 0; made < count; made += 1) await owner.backUp('data');
  await settled(volume.id);
  await world.database.backup.updateMany({ where: { volumeId: volume.id }, data: { state: 'failed' } });
}

describe('the orphan sweep of volumes', () => {
  const disk = (volumeId: string) => ({
    resourceId: randomUUID(),
    volumeId,
    generation: 1,
    name: 'x',
    zone: 'us-east-1a',
    sizeGib: 1,
    type: 'gp3' as const,
    iops: null,
    throughput: null,
    snapshotId: null,
  });

  it('leaves what is needed, and the disks and snapshots of volumes and backups that nobody knows', async () => {
    const { owner, volume } = await attached();
    await owner.backUp('data');
    await settled(volume.id);
    const { disks, snapshots } = portsOf(world, new CallGate());
    await disks.create('t', disk(randomUUID()));
    const spec = { resourceId: owner.resourceId, volumeId: volume.id, name: 'x' };
    // As after the database was restored from a copy of yesterday.
    for (const backupId of [randomUUID(), 'somebody typed this'])
      await snapshots.create(world.ebs.alive()[0]?.id ?? '', { ...spec, backupId });
    await sweepFor(4);
    expect(world.ebs.alive()).toHaveLength(2);
    expect(world.ebs.snapshots).toHaveLength(3);
  });

  it('removes snapshots of backups that have expired or have failed, and second ones, after the grace period', async () => {
    const { owner, volume } = await attached();
    const [id, other] = [await owner.backUp('data'), await owner.backUp('data')];
    await settled(volume.id);
    world.ebs.snapshots.push(...world.ebs.snapshots.slice(0, 1).map((first) => ({ ...first, id: 'second' })));
    await sweepFor(1);
    expect(world.ebs.snapshots).toHaveLength(3);
    await sweepFor(1);
    expect(world.ebs.snapshots.map((snapshot) => snapshot.id)).not.toContain('second');
    expect(world.ebs.snapshots).toHaveLength(2);
    await world.database.backup.update({ where: { id }, data: { state: 'failed' } });
    await world.database.backup.update({ where: { id: other }, data: { state: 'expired' } });
    await sweepFor(2);
    expect(world.ebs.snapshots).toEqual([]);
  });

  it('tells of backups whose snapshot AWS does not show any more, once it was missed for the grace period', async () => {
    const { owner, volume } = await attached();
    const [gone, kept] = [await owner.backUp('data'), await owner.backUp('data')];
    await settled(volume.id);
    world.advance(2 * graceMs);
    const { snapshotId } = await world.database.backup.findUniqueOrThrow({ where: { id: gone } });
    world.ebs.snapshots.splice(0, world.ebs.snapshots.length, ...world.ebs.snapshots.filter(({ id }) => id !== snapshotId));
    const error = vi.spyOn(silent, 'error');
    const told = () => error.mock.calls.flatMap(([detail]) => (detail as { backupId?: string }).backupId ?? []);
    await sweepFor(1);
    expect(told()).not.toContain(gone);
    await sweepFor(1);
    expect(told()).toContain(gone);
    expect(told()).not.toContain(kept);
  });

  it('removes a disk of a volume that is forgotten', async () => {
    const { owner, volume } = await attached();
    await owner.backUp('data');
    await settled(volume.id);
    await world.database.volumeFacts.update({ where: { volumeId: volume.id }, data: { forgottenAt: new Date(), state: 'deleted' } });
    world.ebs.alive().forEach((found) => world.ebs.release(found, false));
    await sweepFor(2);
    expect(world.ebs.alive().filter(({ deletedAt }) => deletedAt === null)).toEqual([]);
  });

  it('removes nothing when most of what there is looks like orphans', async () => {
    await withFailedBackups(7);
    await sweepFor(4);
    expect(world.ebs.snapshots).toHaveLength(7);
  });

  it('goes on when one thing cannot be removed', async () => {
    await withFailedBackups(2);
    gate.refuse('snapshots.delete', 'aws_rejected', 1);
    await sweepFor(2);
    expect(world.ebs.snapshots).toHaveLength(1);
    await sweepFor(1);
    expect(world.ebs.snapshots).toEqual([]);
  });
});
