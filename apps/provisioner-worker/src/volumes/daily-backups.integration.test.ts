import { describe, expect, it } from 'vitest';
import { passTimes, settle } from '../testing/drive.js';
import { prepareVolumes, type PreparedVolumes } from '../testing/prepare-volumes.js';
import { VolumeOwner } from '../testing/volume-owner.js';
import { DailyBackups } from './daily-backups.js';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
let storage: PreparedVolumes['storage'];
let world: PreparedVolumes['world'];
let worker: PreparedVolumes['worker'];

prepareVolumes({ snapshotMs: 20_000 }, (made) => ({ storage, world, worker } = made));

const settled = async (id: string) => await settle(world, worker, id);

async function inUse() {
  const owner = await VolumeOwner.with(world);
  return { owner, volume: await owner.use(worker), diskId: world.ebs.alive()[0]?.id ?? '' };
}

describe('daily backups', () => {
  const daily = () => new DailyBackups(storage.database, world.volumeDoorbell);

  it('are asked for once a day of volumes in use, by however many workers, and thinned out as the schedule says', async () => {
    const { owner, volume } = await inUse();
    for (let hour = 0; hour < 40 * 24; hour += 4) {
      world.advance(4 * hourMs);
      await Promise.all([daily().run(new Date()), daily().run(new Date())]);
      if (world.volumeRings.splice(0).includes(volume.id)) await settled(volume.id);
    }
    const all = await owner.backups(volume.id);
    expect(all.length).toBeGreaterThanOrEqual(39);
    expect(all.length).toBeLessThanOrEqual(40);
    const completed = all.filter(({ state }) => state === 'completed');
    expect(completed.length).toBeGreaterThanOrEqual(9);
    expect(completed.length).toBeLessThanOrEqual(14);
    expect(world.ebs.snapshots).toHaveLength(completed.length);
  });

  it('are not asked for while no host has had it since the last one', async () => {
    const { owner, volume } = await inUse();
    world.mounts.stopContainers(volume.id);
    await owner.letGo(volume, 0);
    await settled(volume.id);
    for (let day = 0; day < 4; day += 1) {
      world.advance(dayMs);
      await daily().run(new Date());
      await settled(volume.id);
    }
    expect(await owner.backups(volume.id)).toHaveLength(1);
  });

  it('are asked for when the last one was found damaged, though no host has had it since', async () => {
    const { owner, volume } = await inUse();
    world.mounts.stopContainers(volume.id);
    await owner.letGo(volume, 0);
    await settled(volume.id);
    const day = async () => {
      world.advance(dayMs);
      await daily().run(new Date());
      await settled(volume.id);
    };
    await day();
    await storage.database.backup.updateMany({ where: { volumeId: volume.id }, data: { verification: 'failed', verifiedAt: new Date() } });
    await day();
    await day();
    expect((await owner.backups(volume.id)).map(({ verification }) => verification)).toEqual(['failed', null]);
  });

  it('go on while a restore in place waits for the containers, of what they write', async () => {
    const { owner, volume, diskId } = await inUse();
    const id = await owner.backUp('data');
    await settled(volume.id);
    await owner.restore(id);
    for (let day = 0; day < 2; day += 1) {
      world.advance(dayMs);
      world.ebs.write(diskId, 1, `day ${day}`);
      await daily().run(new Date());
      await passTimes(world, worker, volume.id, 30);
    }
    const made = (await owner.backups(volume.id)).filter(({ kind }) => kind === 'daily');
    expect(made.map(({ state, generation, consistency }) => `${state} ${generation} ${consistency}`)).toEqual([
      'completed 1 filesystem',
      'completed 1 filesystem',
    ]);
    const held = made.map(({ snapshotId }) =>
      world.ebs.snapshots
        .find(({ id }) => id === snapshotId)
        ?.content.get(1)
        ?.toString(),
    );
    expect(held).toEqual(['day 0', 'day 1']);
    world.mounts.stopContainers(volume.id);
    await owner.letGo(volume, 0);
    await settled(volume.id);
    expect(world.ebs.alive().map(({ spec }) => spec.generation)).toEqual([2]);
  });

  it('that take longer than a day leave the others their turn', async () => {
    const { owner, volume } = await inUse();
    world.ebs.times.snapshotMs = 10 * dayMs;
    world.advance(dayMs);
    expect(await daily().run(new Date())).toBe(1);
    await passTimes(world, worker, volume.id, 2);
    world.advance(dayMs);
    expect(await daily().run(new Date())).toBe(0);
    expect(await owner.backups(volume.id)).toHaveLength(1);
  });
});
