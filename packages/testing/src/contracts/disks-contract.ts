import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Limits } from './limits.js';
import { StorageWorld, type StorageUnderTest } from './storage-world.js';

const nowhere = 'vol-0123456789abcdef0';

/** What every Disks must keep. Makes two instances, and another that it ends. */
export function disksContract(name: string, make: () => Promise<StorageUnderTest>, limits: Limits): void {
  describe(`${name} keeps the Disks contract`, () => {
    let world: StorageWorld;
    let [one, other] = ['', ''];
    beforeAll(async () => {
      world = new StorageWorld(await make(), limits);
      [one, other] = [await world.anInstance(), await world.anInstance()];
    }, limits.deadlineMs * 3);
    afterEach(async () => await world.clear(), limits.deadlineMs * 2);
    afterAll(async () => await world.end(), limits.deadlineMs * 3);

    it('creates one disk when a token is used twice, also at once, also with another spec', async () => {
      const { disks } = world.ports;
      const [token, spec] = [`dh-contract-${randomUUID()}`, world.aSpec()];
      const first = await world.eventually(() => disks.create(token, spec));
      const again = await Promise.all([
        disks.create(token, spec),
        disks.create(token, spec),
        world.eventually(() => disks.create(token, { ...spec, sizeGib: 2 })),
      ]);
      expect(again.map(({ id }) => id)).toEqual([first.id, first.id, first.id]);
      await world.eventually(async () => expect(await disks.listOf(spec.volumeId)).toHaveLength(1));
    });

    it('shows a new disk by its id and by its tags: encrypted, of the size, type and zone asked for, available after a while', async () => {
      const { disks } = world.ports;
      const { disk, spec } = await world.aDisk({ generation: 7 });
      const { resourceId, volumeId, zone } = spec;
      const expected = {
        id: disk.id,
        resourceId,
        volumeId,
        zone,
        generation: 7,
        sizeGib: 1,
        type: 'gp3',
        encrypted: true,
        attachment: null,
      };
      expect(disk).toMatchObject(expected);
      expect(Math.abs(disk.createdAt.getTime() - Date.now())).toBeLessThan(limits.deadlineMs + 60_000);
      await world.eventually(async () => expect(await disks.listOf(volumeId)).toEqual([disk]));
      await world.eventually(async () => expect(await disks.listAll()).toContainEqual(disk));
    });

    it('keeps a disk that is to verify a backup apart from the volumes’ own: found by its id and by its own listing only', async () => {
      const { disks } = world.ports;
      const { disk, spec } = await world.aDisk();
      const snapshot = await world.aSnapshot(disk);
      await world.eventually(async () => expect((await world.ports.snapshots.find(snapshot.id))?.state).toBe('completed'));
      const [token, backupId] = [`dh-contract-${randomUUID()}`, randomUUID()];
      const { resourceId, zone, name, sizeGib } = spec;
      const wanted = { resourceId, backupId, name, zone, sizeGib, snapshotId: snapshot.id };
      const scratch = await world.eventually(() => disks.createScratch(token, wanted));
      try {
        expect(scratch).toMatchObject({ resourceId, volumeId: null, generation: null, zone, encrypted: true });
        expect((await world.eventually(() => disks.createScratch(token, wanted))).id).toBe(scratch.id);
        const ofBackup = async () => (await disks.listScratch()).filter((found) => found.backupId === backupId).map(({ id }) => id);
        await world.eventually(async () => expect(await ofBackup()).toEqual([scratch.id]));
        expect((await disks.listOf(spec.volumeId)).map(({ id }) => id)).toEqual([disk.id]);
        expect((await disks.listAll()).map(({ id }) => id)).not.toContain(scratch.id);
      } finally {
        await world.eventually(() => disks.delete(scratch.id));
      }
    });

    it('finds, detaches and deletes what does not exist, and lists nothing of a volume without disks', async () => {
      const { disks } = world.ports;
      expect(await disks.find(nowhere)).toBeNull();
      expect(await disks.listOf(randomUUID())).toEqual([]);
      await expect(disks.detach(nowhere, one, { force: false })).resolves.toBeUndefined();
      await expect(disks.delete(nowhere)).resolves.toBeUndefined();
    });

    it('lists no root disk of an instance', async () => {
      const all = await world.ports.disks.listAll();
      expect(all.filter(({ volumeId }) => volumeId === null)).toEqual([]);
      expect(all.flatMap(({ attachment }) => attachment?.instanceId ?? [])).not.toContain(one);
    });

    it('attaches, detaches and deletes, each more than once if asked, and deletes nothing that is attached', async () => {
      const { disks } = world.ports;
      const { disk, spec } = await world.aDisk();
      await world.attach(disk.id, one);
      await disks.attach(disk.id, one);
      expect((await world.attached(disk.id, one)).device).toMatch(/^\/dev\/(sd|xvd)[a-z]+$/);
      await disks.attach(disk.id, one);
      await expect(disks.delete(disk.id)).rejects.toMatchObject({ code: 'disk_in_use' });
      await disks.detach(disk.id, other, { force: false });
      await world.attached(disk.id, one);
      await disks.detach(disk.id, one, { force: false });
      await disks.detach(disk.id, one, { force: false });
      expect((await world.disk(disk.id, 'available')).attachment).toBeNull();
      await disks.delete(disk.id);
      await world.eventually(async () => expect(await disks.find(disk.id)).toBeNull());
      await world.eventually(async () => expect(await disks.listOf(spec.volumeId)).toEqual([]));
      await disks.delete(disk.id);
      await disks.detach(disk.id, one, { force: false });
    });

    it('makes no other disk with the token of one that is gone', async () => {
      const { disks } = world.ports;
      const [token, spec] = [`dh-contract-${randomUUID()}`, world.aSpec()];
      const { id } = await world.eventually(() => disks.create(token, spec));
      await world.disk(id, 'available');
      await disks.delete(id);
      await world.eventually(async () => expect(await disks.find(id)).toBeNull());
      await expect(disks.create(token, spec)).rejects.toMatchObject({ code: 'aws_lagging' });
      expect(await disks.listOf(spec.volumeId)).toEqual([]);
    });

    it('gives a disk to one instance at a time', async () => {
      const { disks } = world.ports;
      const { disk } = await world.aDisk();
      await world.attach(disk.id, one);
      await world.attached(disk.id, one);
      await expect(disks.attach(disk.id, other)).rejects.toMatchObject({ code: 'disk_in_use' });
      await disks.detach(disk.id, one, { force: false });
      await world.attach(disk.id, other);
      await world.attached(disk.id, other);
    });

    it('gives disks that are attached at once names of their own', async () => {
      const made = await Promise.all([world.aDisk(), world.aDisk(), world.aDisk()]);
      await Promise.all(made.map(({ disk }) => world.attach(disk.id, one)));
      const devices = await Promise.all(made.map(async ({ disk }) => (await world.attached(disk.id, one)).device));
      expect(new Set(devices).size).toBe(3);
    });

    it('attaches nothing to an instance in another zone', async () => {
      const { disk } = await world.aDisk({ zone: world.ports.zones[1] });
      await expect(world.ports.disks.attach(disk.id, one)).rejects.toMatchObject({ code: 'disk_zone' });
      expect(disk.zone).toBe(world.ports.zones[1]);
    });

    it('attaches to what is stopped and forces away from it, and an instance that ends lets go of its disks', async () => {
      const { disks, power, instances } = world.ports;
      const [instanceId, { disk }] = [await world.anInstance(), await world.aDisk()];
      await power.stop(instanceId);
      await world.inState(instanceId, 'stopped');
      await world.attach(disk.id, instanceId);
      await world.attached(disk.id, instanceId);
      await disks.detach(disk.id, instanceId, { force: true });
      await world.disk(disk.id, 'available');
      await world.attach(disk.id, instanceId);
      await instances.terminate(instanceId);
      expect((await world.disk(disk.id, 'available')).attachment).toBeNull();
    });

    it('grows, and asks for nothing when it is so already', async () => {
      const { disks } = world.ports;
      const { disk } = await world.aDisk();
      expect(await disks.isModified(disk.id)).toBe(true);
      const change = { sizeGib: 2, type: 'gp3', iops: null, throughput: null } as const;
      await disks.modify(disk.id, change);
      await world.eventually(async () => expect(await disks.isModified(disk.id)).toBe(true));
      await disks.modify(disk.id, change);
      expect(await disks.find(disk.id)).toMatchObject({ state: 'available', sizeGib: 2 });
      await expect(disks.modify(disk.id, { ...change, sizeGib: 1 })).rejects.toMatchObject({
        code: expect.stringMatching(/^(aws_rejected|disk_change_too_soon)$/),
      });
    });

    it('changes four times a day at most, and says when the next time is', async () => {
      const { disks } = world.ports;
      const { disk } = await world.aDisk();
      const grow = async (sizeGib: number) => await disks.modify(disk.id, { sizeGib, type: 'gp3', iops: null, throughput: null });
      for (const sizeGib of [2, 3, 4, 5]) await world.eventually(() => grow(sizeGib));
      await world.eventually(async () => expect(await disks.isModified(disk.id)).toBe(true));
      const refusal: unknown = await grow(6).catch((error: unknown) => error);
      expect(refusal).toMatchObject({ code: 'disk_change_too_soon', message: expect.stringMatching(/\S{20}|\w+ \w+ \w+/) });
      expect((await disks.find(disk.id))?.sizeGib).toBe(5);
    });
  });
}
