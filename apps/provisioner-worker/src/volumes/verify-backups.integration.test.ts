import { VerificationStore } from '@dockhero/database/verification-store';
import { verificationsMax } from '@dockhero/domain/volumes/verification';
import { CallGate } from '@dockhero/testing/fakes/call-gate';
import { FakeDisks } from '@dockhero/testing/fakes/fake-disks';
import { FakeSnapshots } from '@dockhero/testing/fakes/fake-snapshots';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { passOnce, passTimes, settle } from '../testing/drive.js';
import { Life, mortal } from '../testing/mortal-database.js';
import { makeVolumeReconciler } from '../testing/volume-worker.js';
import { prepareVolumes, type PreparedVolumes } from '../testing/prepare-volumes.js';
import { VolumeOwner } from '../testing/volume-owner.js';
import { World } from '../testing/world.js';
import { VolumeOrphanSweep } from './volume-orphan-sweep.js';
import { WeeklyVerifications } from './weekly-verifications.js';

const dayMs = 86_400_000;
const times = { createMs: 2_000, attachMs: 500, detachMs: 500, snapshotMs: 20_000, lagMs: 1_000, idLagMs: 300 };
let storage: PreparedVolumes['storage'];
let world: PreparedVolumes['world'];
let gate: PreparedVolumes['gate'];
let worker: PreparedVolumes['worker'];

prepareVolumes(times, (made) => ({ storage, world, gate, worker } = made));
// What is due is asked of all volumes there are.
afterEach(() => storage.database.$executeRaw`TRUNCATE backups CASCADE`);

const schedule = () => new WeeklyVerifications(storage.database, world.volumeDoorbell).run(new Date());
const scratch = () => world.ebs.alive().filter(({ scratchOf }) => scratchOf !== null);
const rows = () => storage.database.verification.findMany();

/** A volume in use with one completed backup of some blocks. */
async function backedUp(blocks = 3, make = worker) {
  const owner = await VolumeOwner.with(world, 'business');
  const volume = await owner.use(make);
  const diskId = (await owner.facts(volume.id)).ebsVolumeId ?? '';
  for (let index = 0; index < blocks; index += 1) world.ebs.write(diskId, index * 2, `block ${index}`);
  const backupId = await owner.backUp('data');
  await settle(world, make, volume.id);
  const backup = async () => await storage.database.backup.findUniqueOrThrow({ where: { id: backupId } });
  return { owner, id: volume.id, diskId, backupId, backup };
}

async function asked(blocks?: number) {
  const made = await backedUp(blocks);
  await made.owner.askVerification(made.backupId);
  expect(await schedule()).toBe(1);
  return made;
}

describe('a verification', () => {
  it('restores the backup to a disk of its own, checks it, says so, and leaves nothing', async () => {
    const { owner, id, diskId, backup } = await asked();
    expect(world.volumeRings).toContain(id);
    await settle(world, worker, id, 100);
    expect(await backup()).toMatchObject({ verification: 'ok', verificationDetail: 'file system clean, 1,234 files, 3 blocks compared' });
    expect(await world.audit(owner.resourceId)).toContain(
      'notice: a backup of volume data was verified: file system clean, 1,234 files, 3 blocks compared',
    );
    expect([scratch(), await rows()]).toEqual([[], []]);
    expect(world.ebs.alive().map((disk) => disk.id)).toEqual([diskId]);
    expect(await owner.facts(id)).toMatchObject({ state: 'attached', ebsVolumeId: diskId, step: null, attentionCode: null });
  });

  it('compares a sample of a large backup, with its first block and its last', async () => {
    const { id, backup } = await asked(2_000);
    await settle(world, worker, id);
    const { verification, verificationDetail } = await backup();
    expect(verification).toBe('ok');
    const compared = Number(/(\d+) blocks compared/.exec(verificationDetail ?? '')?.[1]);
    expect(compared).toBeGreaterThan(200);
    expect(compared).toBeLessThanOrEqual(258);
    for (const index of [0, 1_999 * 2]) {
      world.mounts.rotten.clear();
      world.mounts.rotten.add(index);
      await storage.database.backup.updateMany({ data: { verifiedAt: null } });
      expect(await schedule()).toBe(1);
      await settle(world, worker, id);
      expect((await backup()).verificationDetail).toBe(`block ${index} of the restored disk is not what the snapshot holds`);
    }
  });

  it('finds a disk that is not what the snapshot holds, a file system that is damaged, and a snapshot that cannot be read', async () => {
    const { owner, id, backup } = await asked();
    const snapshotId = world.ebs.snapshots[0]?.id ?? '';
    const found = async () => {
      await settle(world, worker, id);
      await storage.database.backup.updateMany({ data: { verifiedAt: null } });
      expect(await schedule()).toBe(1);
      return await backup();
    };
    world.mounts.rotten.add(2).add(4);
    expect(await found()).toMatchObject({
      verification: 'failed',
      verificationDetail: 'block 2 and 1 more of those compared of the restored disk is not what the snapshot holds',
    });
    world.mounts.rotten.clear();
    world.mounts.checkFault = 'the file system is damaged: inode 12 has no name';
    expect(await found()).toMatchObject({ verification: 'failed', verificationDetail: 'the file system is damaged: inode 12 has no name' });
    world.mounts.checkFault = null;
    world.ebs.damaged.add(snapshotId);
    expect(await found()).toMatchObject({
      verification: 'failed',
      verificationDetail: expect.stringMatching(/^block \d of the snapshot cannot be read/) as string,
    });
    world.ebs.damaged.clear();
    await settle(world, worker, id);
    expect(await world.audit(owner.resourceId)).toContainEqual(
      expect.stringMatching(/^warning: a backup of volume data is not whole: block 2/),
    );
    expect([scratch(), await rows()]).toEqual([[], []]);
  });

  it('finds a snapshot that is not there any more', async () => {
    const { id, backup } = await asked();
    world.ebs.snapshots.splice(0);
    await settle(world, worker, id);
    expect(await backup()).toMatchObject({ verification: 'failed', verificationDetail: 'AWS does not know its snapshot any more' });
    expect([scratch(), await rows()]).toEqual([[], []]);
  });

  it('that comes to nothing says nothing of the backup, leaves nothing, and is made another day', async () => {
    const { id, backup } = await asked();
    world.mounts.checkFailure = 'This host cannot run e2fsck.';
    await settle(world, worker, id);
    expect(await backup()).toMatchObject({
      verification: null,
      verifiedAt: null,
      verificationDetail: 'Not verified: This host cannot run e2fsck.',
    });
    expect(scratch()).toEqual([]);
    expect(await schedule()).toBe(0);
    world.mounts.checkFailure = null;
    world.advance(8 * dayMs);
    expect(await schedule()).toBe(1);
    await settle(world, worker, id);
    expect((await backup()).verification).toBe('ok');
  });

  it('is never in the way of a container that wants the volume on another host', async () => {
    const { owner, id } = await asked();
    await passTimes(world, worker, id, 6);
    expect(scratch()).toHaveLength(1);
    world.mounts.stopContainers(id);
    await owner.letGo((await owner.look(id)).volume, 0);
    await owner.want((await owner.look(id)).volume, 1);
    await storage.database.volume.update({ where: { id }, data: { wantedSince: new Date() } });
    const before = gate.calls.length;
    for (let passes = 0; passes < 50 && (await owner.facts(id)).attachedHostId !== (await owner.hostId(1)); passes += 1)
      await passOnce(world, worker, id);
    expect(gate.calls.slice(before).filter((call) => /check|Scratch/i.test(call))).toEqual([]);
    await settle(world, worker, id);
    expect(world.ebs.alive().map(({ attachment }) => attachment?.instanceId)).toEqual([await owner.instanceOf(1)]);
  });

  it('of a volume that is removed meanwhile leaves no disk', async () => {
    const { owner, id } = await asked();
    await passTimes(world, worker, id, 6);
    expect(scratch()).toHaveLength(1);
    world.mounts.stopContainers(id);
    await owner.letGo((await owner.look(id)).volume, 0);
    const gone = { desired: 'removed', liveName: null, removedAt: new Date(), wantedHostId: null, desiredVersion: { increment: 1 } };
    await storage.database.volume.update({ where: { id }, data: gone });
    await settle(world, worker, id);
    expect(world.ebs.alive()).toEqual([]);
  });

  it('is made anew when the host that had the disk is lost, and never of a disk that another host has had', async () => {
    const { owner, id, backup } = await asked();
    const lost = await owner.instanceOf(0);
    for (let passes = 0; passes < 50 && scratch()[0]?.attachment?.state !== 'attached'; passes += 1) await passOnce(world, worker, id);
    const [first] = scratch();
    const instance = world.cloud.instances.find((candidate) => candidate.id === lost);
    if (instance) world.cloud.lose(instance);
    await owner.settleCluster();
    await settle(world, worker, id);
    world.advance(120_000);
    await schedule();
    await settle(world, worker, id);
    const checked = [...world.mounts.checks.keys()];
    expect(checked.filter((key) => key.endsWith(`/${first?.id}`) && !key.startsWith(lost))).toEqual([]);
    expect(await backup()).toMatchObject({ verification: 'ok' });
    expect([scratch(), await rows()]).toEqual([[], []]);
  });
});

describe('when a backup is verified', () => {
  it('the newest one is, once a week, and not again while there is no newer', async () => {
    const { owner, id } = await backedUp();
    const verified: string[] = [];
    for (let day = 0; day < 28; day += 1) {
      world.advance(dayMs);
      if (day < 21 && day % 2 === 0) {
        await owner.backUp('data');
        await settle(world, worker, id);
      }
      const newest = (await owner.backups(id)).findLast(({ state }) => state === 'completed')?.id ?? '';
      if ((await schedule()) === 0) continue;
      expect(await rows()).toMatchObject([{ backupId: newest }]);
      verified.push(newest);
      await settle(world, worker, id);
    }
    expect(verified.length).toBeGreaterThanOrEqual(3);
    expect(verified.length).toBeLessThanOrEqual(4);
    expect(new Set(verified).size).toBe(verified.length);
  });

  it('no more at once than there is room for, however many ask at the same time', async () => {
    const owner = await VolumeOwner.with(world, 'business');
    const ids = [];
    for (let nth = 0; nth < verificationsMax + 3; nth += 1) {
      const volume = await owner.create(`v${nth}`, { sizeGib: 1 });
      const { id } = await storage.database.backup.create({
        data: {
          resourceId: owner.resourceId,
          volumeId: volume.id,
          generation: 1,
          kind: 'manual',
          sizeGib: 1,
          state: 'completed',
          takenAt: new Date(),
          completedAt: new Date(),
          snapshotId: 'snap-none',
        },
      });
      ids.push(id);
      await owner.askVerification(id);
    }
    const begun = await Promise.all([schedule(), schedule(), schedule()]);
    expect(begun.reduce((sum, count) => sum + count, 0)).toBe(verificationsMax);
    expect(await rows()).toHaveLength(verificationsMax);
    // Their disks do not come off their hosts: the others have their turn all the same.
    world.advance(dayMs + 1);
    expect(await schedule()).toBe(3);
  });
});

describe('a worker that dies during a verification', () => {
  it('has left no disk and the right result once another has gone on, behind whichever call it died', { timeout: 240_000 }, async () => {
    const crash = async (nth: number): Promise<string[]> => {
      world = new World(storage, {}, times);
      const healthy = makeVolumeReconciler(world, new CallGate(), storage.database);
      const { owner, id, backupId, backup } = await backedUp(3, healthy);
      await new VerificationStore(storage.database).begin([{ volumeId: id, backupId }], new Date());
      const life = new Life();
      const dying = new CallGate();
      dying.hook = (_call, moment) => {
        life.check();
        if (moment === 'after' && dying.calls.length > nth) life.end();
      };
      const doomed = makeVolumeReconciler(world, dying, mortal(storage.database, life));
      for (let passes = 0; passes < 200 && !life.ended; passes += 1) if ((await passOnce(world, doomed, id)) === 'done') break;
      if (life.ended) await world.expireLease(id);
      await settle(world, healthy, id);
      const context = `behind call ${nth}, ${dying.calls.at(-1)}`;
      expect((await backup()).verification, context).toBe('ok');
      expect(scratch(), context).toEqual([]);
      expect(await rows(), context).toEqual([]);
      expect(
        (await world.audit(owner.resourceId)).filter((line) => line.includes('was verified')),
        context,
      ).toHaveLength(1);
      expect([...world.ebs.violations, ...world.mounts.violations], context).toEqual([]);
      return dying.calls;
    };
    const calls = await crash(Infinity);
    const milestones = [...new Set(calls.flatMap((call) => [calls.indexOf(call), calls.lastIndexOf(call)]))];
    expect(calls).toEqual(expect.arrayContaining(['disks.createScratch', 'disks.attach', 'volumes.check', 'disks.detach', 'disks.delete']));
    for (const nth of milestones) await crash(nth);
  });
});

describe('a disk of a check that nobody knows', () => {
  it('is taken from its host and deleted by the orphan sweep; one that is needed is not, and no volume’s disk is', async () => {
    const { id, diskId } = await asked();
    for (let passes = 0; passes < 50 && scratch()[0]?.attachment?.state !== 'attached'; passes += 1) await passOnce(world, worker, id);
    const sweep = new VolumeOrphanSweep(
      storage.database,
      new FakeDisks(world.ebs),
      new FakeSnapshots(world.ebs),
      { intervalMs: 60_000, graceMs: 1_000 },
      pino({ level: 'silent' }),
    );
    const runs = async () => {
      for (let count = 0; count < 6; count += 1) {
        world.advance(5_000);
        await sweep.run(Date.now());
      }
    };
    await runs();
    expect(scratch()).toHaveLength(1);
    await storage.database.verification.deleteMany();
    await runs();
    expect(world.ebs.alive().map((disk) => disk.id)).toEqual([diskId]);
  });
});
