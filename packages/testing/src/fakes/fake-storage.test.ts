import { randomUUID } from 'node:crypto';
import type { Disk, DiskSpec } from '@dockhero/domain/ports/disks';
import { beforeEach, describe, expect, it } from 'vitest';
import { CallGate } from './call-gate.js';
import { FakeCloud } from './fake-cloud.js';
import { FakeDisks } from './fake-disks.js';
import { FakeInstancePower } from './fake-instance-power.js';
import { FakeInstances } from './fake-instances.js';
import { FakeSecurityGroups } from './fake-security-groups.js';
import { FakeSnapshotBlocks } from './fake-snapshot-blocks.js';
import { FakeSnapshots } from './fake-snapshots.js';
import { FakeStorage } from './fake-storage.js';

// What tests of others make go wrong does go wrong: a knob that does nothing would make each of them pass.

let now: number;
let cloud: FakeCloud;
let storage: FakeStorage;
let gate: CallGate;
let disks: FakeDisks;
let snapshots: FakeSnapshots;
let instanceId: string;

beforeEach(async () => {
  now = 1_000_000;
  cloud = new FakeCloud({}, () => now);
  storage = new FakeStorage(cloud, { attachMs: 10, detachMs: 10, snapshotMs: 10, lagMs: 5 });
  gate = new CallGate();
  disks = new FakeDisks(storage, gate);
  snapshots = new FakeSnapshots(storage, gate);
  const { id: securityGroupId } = await new FakeSecurityGroups(cloud).ensure('r');
  const spec = {
    resourceId: 'r',
    hostId: 'h',
    name: 'n',
    instanceType: 't3.micro',
    subnetId: 'subnet-a',
    securityGroupId,
    rootGib: 8,
    userData: '',
  };
  instanceId = (await new FakeInstances(cloud).launch('token', spec)).id;
});

async function aDisk(patch: Partial<DiskSpec> = {}): Promise<string> {
  const blank = { sizeGib: 1, type: 'gp3', iops: null, throughput: null, snapshotId: null } as const;
  const spec = { resourceId: 'r', volumeId: 'v', generation: 1, name: 'n', zone: 'us-east-1a', ...blank, ...patch };
  return (await disks.create(randomUUID(), spec)).id;
}
const attachment = async (id: string): Promise<Disk['attachment']> => (await disks.find(id))?.attachment ?? null;
const after = (ms: number) => {
  now += ms;
};
const aSnapshot = async (diskId: string, backupId: string) =>
  await snapshots.create(diskId, { resourceId: 'r', volumeId: 'v', backupId, name: 'n' });

describe('a fake disk', () => {
  it('hangs while it is stuck, and until its instance has stopped', async () => {
    const id = await aDisk();
    storage.stuck.add(id);
    await disks.attach(id, instanceId);
    after(1_000);
    expect((await attachment(id))?.state).toBe('attaching');
    storage.stuck.clear();
    expect((await attachment(id))?.state).toBe('attached');
    storage.stuck.add(id);
    await disks.detach(id, instanceId, { force: false });
    after(1_000);
    expect((await attachment(id))?.state).toBe('detaching');
    await new FakeInstancePower(cloud).stop(instanceId);
    expect(await attachment(id)).toBeNull();
  });

  it('stays while it is mounted', async () => {
    const id = await aDisk();
    await disks.attach(id, instanceId);
    storage.mounted.add(id);
    await disks.detach(id, instanceId, { force: false });
    after(1_000);
    expect((await attachment(id))?.state).toBe('busy');
    await expect(disks.attach(id, instanceId)).rejects.toMatchObject({ code: 'aws_lagging' });
    storage.mounted.clear();
    expect(await attachment(id)).toBeNull();
  });

  it('may be forced away from what is stopped; from what runs it is a violation', async () => {
    const id = await aDisk();
    await disks.attach(id, instanceId);
    await disks.detach(id, instanceId, { force: true });
    expect(storage.violations).toHaveLength(1);
    await disks.attach(id, instanceId);
    expect((await attachment(id))?.device).toBe('/dev/sdg');
    await new FakeInstancePower(cloud).stop(instanceId);
    await disks.detach(id, instanceId, { force: true });
    expect([storage.violations.length, await attachment(id)]).toEqual([1, null]);
  });

  it('is refused where the account or the instance is full', async () => {
    const id = await aDisk();
    storage.attachmentLimit = 0;
    await expect(disks.attach(id, instanceId)).rejects.toMatchObject({ code: 'disk_limit' });
    storage.diskLimit = 1;
    await expect(aDisk()).rejects.toMatchObject({ code: 'disk_limit' });
  });

  it('fails to change, is lost, and is not made again by its token', async () => {
    const id = await aDisk();
    storage.failModification.add(id);
    await disks.modify(id, { sizeGib: 2, type: 'gp3', iops: null, throughput: null });
    await expect(disks.isModified(id)).rejects.toMatchObject({ code: 'aws_rejected' });
    expect(storage.disk(id).sizeGib).toBe(1);
    const { token, spec } = storage.disk(id);
    storage.lose(id);
    expect(await disks.find(id)).toBeNull();
    await expect(disks.create(token, spec)).rejects.toMatchObject({ code: 'aws_lagging' });
    expect(storage.leftovers('r')).toEqual([]);
  });
});

describe('a fake snapshot', () => {
  it('is taken twice when an answer is lost and the listing lags, and the older is found', async () => {
    const id = await aDisk();
    gate.loseAnswer('snapshots.create');
    await expect(aSnapshot(id, 'b')).rejects.toMatchObject({ code: 'aws_unavailable' });
    after(1);
    await aSnapshot(id, 'b');
    after(5);
    expect(await snapshots.listOf('v')).toHaveLength(2);
    expect((await snapshots.findOf('b'))?.id).toBe(storage.snapshots[0]?.id);
  });

  it('ends in error when it shall, and then another is taken', async () => {
    const id = await aDisk();
    storage.failSnapshot.add(id);
    const { id: failed } = await aSnapshot(id, 'b');
    after(20);
    expect((await snapshots.find(failed))?.state).toBe('error');
    const { id: second } = await aSnapshot(id, 'b');
    after(20);
    expect(await snapshots.findOf('b')).toMatchObject({ id: second, state: 'completed' });
  });

  it('is refused when too many are pending or the last one is too recent', async () => {
    const id = await aDisk();
    storage.pendingSnapshotLimit = 1;
    await aSnapshot(id, 'b1');
    await expect(aSnapshot(id, 'b2')).rejects.toMatchObject({ code: 'snapshot_limit' });
    after(10);
    storage.snapshotEveryMs = 15_000;
    await expect(aSnapshot(id, 'b2')).rejects.toMatchObject({ code: 'snapshot_limit' });
    after(15_000);
    await expect(aSnapshot(id, 'b2')).resolves.toMatchObject({ state: 'pending' });
  });

  it('cannot be read while it is pending, nor when it is damaged', async () => {
    const [id, blocks] = [await aDisk(), new FakeSnapshotBlocks(storage)];
    storage.write(id, 1, 'x');
    const { id: snapshotId } = await aSnapshot(id, 'b');
    await expect(blocks.list(snapshotId, { index: 0 })).rejects.toMatchObject({ code: 'aws_rejected' });
    after(10);
    const [block = expect.fail('no block')] = (await blocks.list(snapshotId, { index: 0 })).blocks;
    storage.damaged.add(snapshotId);
    await expect(blocks.read(snapshotId, block)).rejects.toMatchObject({ code: 'aws_unavailable' });
  });
});
