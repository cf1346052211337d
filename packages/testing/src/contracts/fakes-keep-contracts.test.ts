import { randomUUID } from 'node:crypto';
import { Secret } from '@dockhero/domain/secret';
import { FakeAddresses } from '../fakes/fake-addresses.js';
import { FakeCloud } from '../fakes/fake-cloud.js';
import { FakeDisks } from '../fakes/fake-disks.js';
import { FakeDockerEngine, FakeHosts } from '../fakes/fake-docker-engine.js';
import { FakeHeroku } from '../fakes/fake-heroku.js';
import { FakeHerokuIdentity } from '../fakes/fake-heroku-identity.js';
import { FakeHerokuPlatform } from '../fakes/fake-heroku-platform.js';
import { FakeInstancePower } from '../fakes/fake-instance-power.js';
import { FakeInstances } from '../fakes/fake-instances.js';
import { FakeSecurityGroups } from '../fakes/fake-security-groups.js';
import { FakeSnapshotBlocks } from '../fakes/fake-snapshot-blocks.js';
import { FakeSnapshots } from '../fakes/fake-snapshots.js';
import { FakeStorage } from '../fakes/fake-storage.js';
import { addressesContract, type AddressesUnderTest } from './addresses-contract.js';
import { disksContract } from './disks-contract.js';
import { dockerEngineContract, type EngineHost } from './docker-engine-contract.js';
import { herokuContract } from './heroku-contract.js';
import { instancesContract } from './instances-contract.js';
import { securityGroupsContract } from './security-groups-contract.js';
import { snapshotBlocksContract } from './snapshot-blocks-contract.js';
import { snapshotsContract } from './snapshots-contract.js';
import type { StorageUnderTest } from './storage-world.js';

const limits = { deadlineMs: 2_000, pollMs: 5 };

function portsOf(cloud: FakeCloud): AddressesUnderTest {
  return {
    instances: new FakeInstances(cloud),
    power: new FakeInstancePower(cloud),
    groups: new FakeSecurityGroups(cloud),
    addresses: new FakeAddresses(cloud),
    subnetId: 'subnet-a',
    instanceTypes: ['t3.micro', 't3.small'],
    rootGib: 8,
  };
}
const aCloud = () => new FakeCloud({ runMs: 30, stopMs: 20, endMs: 30, lagMs: 20 });

instancesContract('FakeInstances', async () => portsOf(aCloud()), limits);
securityGroupsContract('FakeSecurityGroups', async () => portsOf(aCloud()), limits);
addressesContract('FakeAddresses', async () => portsOf(aCloud()), limits);

function storageOf(cloud: FakeCloud): StorageUnderTest {
  const times = {
    createMs: 10,
    attachMs: 10,
    detachMs: 10,
    deleteMs: 10,
    modifyMs: 10,
    optimizeMs: 10,
    snapshotMs: 10,
    lagMs: 20,
    idLagMs: 5,
  };
  const storage = new FakeStorage(cloud, times);
  const blocks = new FakeSnapshotBlocks(storage);
  blocks.pageSize = 2;
  return {
    ...portsOf(cloud),
    blocks,
    disks: new FakeDisks(storage),
    snapshots: new FakeSnapshots(storage),
    zones: ['us-east-1a', 'us-east-1b'],
    write: async (diskId, index, bytes) => storage.write(diskId, index, bytes),
  };
}
disksContract('FakeDisks', async () => storageOf(aCloud()), limits);
snapshotsContract('FakeSnapshots', async () => storageOf(aCloud()), limits);
snapshotBlocksContract('FakeSnapshotBlocks', async () => storageOf(aCloud()), limits);

dockerEngineContract(
  'FakeDockerEngine',
  async () => {
    const cloud = aCloud();
    const { instances, addresses, groups } = portsOf(cloud);
    const hosts = new FakeHosts(cloud);
    hosts.bootMs = 20;
    const resourceId = randomUUID();
    const securityGroupId = (await groups.ensure(resourceId)).id;
    const start = async (index: number): Promise<EngineHost> => {
      const spec = {
        resourceId,
        hostId: randomUUID(),
        name: `host-${index}`,
        instanceType: 't3.micro',
        subnetId: 'subnet-a',
        securityGroupId,
        rootGib: 8,
        userData: '',
      };
      const { id, privateAddress } = await instances.launch(randomUUID(), spec);
      const address = await addresses.ensure(resourceId, spec.hostId, null);
      for (const end = Date.now() + limits.deadlineMs; cloud.addresses.every(({ instanceId }) => instanceId !== id) && Date.now() < end;) {
        await addresses
          .associate(address?.allocationId ?? '', id)
          .catch(() => new Promise((resolve) => setTimeout(resolve, limits.pollMs)));
      }
      const connection = {
        address: address?.publicAddress ?? '',
        caCertificatePem: '',
        clientCertificatePem: '',
        clientKeyPem: new Secret(''),
      };
      return { connection, privateAddress: privateAddress ?? '' };
    };
    return { engine: new FakeDockerEngine(hosts), hosts: [await start(0), await start(1), await start(2)], removeAll: async () => {} };
  },
  limits,
);

herokuContract('FakeHeroku', async () => {
  const heroku = new FakeHeroku();
  return {
    platform: new FakeHerokuPlatform(heroku),
    identity: new FakeHerokuIdentity(heroku),
    strangeToken: new Secret(randomUUID()),
    sell: async () => {
      const { addon, grant } = heroku.sell();
      return { id: addon.id, grantCode: grant.code };
    },
    attach: async (id) => heroku.attach(id),
    collaborate: async (id, email) => heroku.collaborate(id, email),
    configOf: async (id) => Object.fromEntries(heroku.addons.get(id)?.config ?? []),
  };
});
