import { Secret } from '@dockhero/domain/secret';
import { beforeEach, describe, expect, it } from 'vitest';
import { FakeAddresses } from './fake-addresses.js';
import { FakeCloud, type CloudInstance } from './fake-cloud.js';
import { FakeDisks } from './fake-disks.js';
import { FakeHosts } from './fake-docker-engine.js';
import { FakeHostVolumes, FakeMounts } from './fake-host-volumes.js';
import { FakeInstances } from './fake-instances.js';
import { FakeSecurityGroups } from './fake-security-groups.js';
import { FakeStorage } from './fake-storage.js';

let now: number;
let cloud: FakeCloud;
let storage: FakeStorage;
let mounts: FakeMounts;
let volumes: FakeHostVolumes;
let instance: CloudInstance;
let diskId: string;
let connection: Parameters<FakeHostVolumes['mounted']>[0];

beforeEach(async () => {
  now = 0;
  cloud = new FakeCloud({}, () => now);
  storage = new FakeStorage(cloud);
  mounts = new FakeMounts(new FakeHosts(cloud), storage);
  volumes = new FakeHostVolumes(mounts);
  const { id: securityGroupId } = await new FakeSecurityGroups(cloud).ensure('r');
  const instances = new FakeInstances(cloud);
  const { id } = await instances.launch('t', {
    resourceId: 'r',
    hostId: 'h',
    name: 'x',
    instanceType: 't3.micro',
    subnetId: 'subnet-a',
    securityGroupId,
    rootGib: 8,
    userData: '',
  });
  instance = cloud.instances.find((found) => found.id === id) as CloudInstance;
  const addresses = new FakeAddresses(cloud);
  const address = await addresses.ensure('r', 'h', null);
  if (!address) throw new Error('no address');
  const { allocationId, publicAddress } = address;
  cloud.now();
  await addresses.associate(allocationId, id);
  connection = { address: publicAddress, caCertificatePem: '', clientCertificatePem: '', clientKeyPem: new Secret('') };
  const disks = new FakeDisks(storage);
  const disk = await disks.create('d', {
    resourceId: 'r',
    volumeId: 'v',
    generation: 1,
    name: 'x',
    zone: cloud.zoneOf('subnet-a'),
    sizeGib: 2,
    type: 'gp3',
    iops: null,
    throughput: null,
    snapshotId: null,
  });
  diskId = disk.id;
  storage.now();
  await disks.attach(diskId, id);
  storage.now();
});

describe('FakeHostVolumes', () => {
  it('mounts what is attached there, and nothing else', async () => {
    expect(mounts.mount('i-other', 'v', diskId)).toBe(false);
    expect(mounts.mount(instance.id, 'v', diskId)).toBe(true);
    expect(await volumes.mounted(connection)).toEqual([{ volumeId: 'v', diskId, uses: 1, deviceBytes: 2 ** 31, fileSystemBytes: 2 ** 31 }]);
  });

  it('releases what no container uses, and what is not mounted', async () => {
    mounts.mount(instance.id, 'v', diskId);
    expect(await volumes.release(connection, 'v')).toBe(false);
    mounts.stopContainers('v');
    expect(await volumes.release(connection, 'v')).toBe(true);
    expect(await volumes.release(connection, 'v')).toBe(true);
    expect(mounts.mounts).toEqual([]);
  });

  it('thaws by itself when its time is over, and says that the freeze was not held', async () => {
    expect(await volumes.freeze(connection, 'v', 10_000)).toBeNull();
    mounts.mount(instance.id, 'v', diskId);
    const first = await volumes.freeze(connection, 'v', 10_000);
    expect(mounts.frozen()).toEqual([diskId]);
    now += 300;
    expect(await volumes.thaw(connection, first?.freezeId ?? '')).toEqual({ held: true, frozenMs: 300, detail: null });
    const second = await volumes.freeze(connection, 'v', 10_000);
    now += 10_001;
    expect(mounts.frozen()).toEqual([]);
    expect(await volumes.thaw(connection, second?.freezeId ?? '')).toEqual({ held: false, frozenMs: 10_000, detail: null });
  });

  it('loses its mounts with its machine, and answers for none that is silent', async () => {
    mounts.mount(instance.id, 'v', diskId);
    mounts.silent.add(instance.id);
    await expect(volumes.release(connection, 'v')).rejects.toMatchObject({ code: 'agent_unreachable' });
    cloud.lose(instance);
    expect(mounts.mounts).toEqual([]);
    expect(storage.mounted.has(diskId)).toBe(false);
  });
});
