import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { DescribeSubnetsCommand } from '@aws-sdk/client-ec2';
import { openEbs } from '@dockhero/aws/ebs-client';
import { EbsSnapshotBlocks } from '@dockhero/aws/ebs-snapshot-blocks';
import { openEc2 } from '@dockhero/aws/ec2-client';
import { Ec2Disks } from '@dockhero/aws/ec2-disks';
import { Ec2InstancePower } from '@dockhero/aws/ec2-instance-power';
import { Ec2Instances } from '@dockhero/aws/ec2-instances';
import { lookUpNetwork, type Network } from '@dockhero/aws/ec2-network';
import { Ec2SecurityGroups } from '@dockhero/aws/ec2-security-groups';
import { Ec2Snapshots } from '@dockhero/aws/ec2-snapshots';
import { snapshotBlockBytes } from '@dockhero/domain/ports/snapshot-blocks';
import { disksContract } from '@dockhero/testing/contracts/disks-contract';
import { snapshotBlocksContract } from '@dockhero/testing/contracts/snapshot-blocks-contract';
import { snapshotsContract } from '@dockhero/testing/contracts/snapshots-contract';
import type { StorageUnderTest } from '@dockhero/testing/contracts/storage-world';
import { afterAll, beforeAll } from 'vitest';
import { System } from './system.js';

// As contracts.test.ts, for disks, snapshots and their blocks: the adapters, the real SDK, real files and loop devices behind the wire.

const limits = { deadlineMs: 60_000, pollMs: 200 };
const environment = 'contracts';
let system: System;
let ec2: ReturnType<typeof openEc2>;
let ebs: ReturnType<typeof openEbs>;
let network: Network;

beforeAll(async () => {
  system = await System.start(14, {}, 4);
  // Nobody but the suites may act on what they make.
  await system.app.stopApp('provisioner-worker');
  const settings = system.app.settings.environments['provisioner-worker'] ?? {};
  process.env['AWS_ACCESS_KEY_ID'] = settings['AWS_ACCESS_KEY_ID'];
  process.env['AWS_SECRET_ACCESS_KEY'] = settings['AWS_SECRET_ACCESS_KEY'];
  const options = { region: 'us-east-1', endpoint: system.app.settings.urls.aws };
  [ec2, ebs] = [openEc2(options), openEbs(options)];
  network = await lookUpNetwork(ec2, {});
});

afterAll(async () => {
  ec2.destroy();
  ebs.destroy();
  await system.stop();
});

async function ports(): Promise<StorageUnderTest> {
  const [subnetId = ''] = network.subnetIds;
  const { Subnets: subnets = [] } = await ec2.send(new DescribeSubnetsCommand({ SubnetIds: [...network.subnetIds] }));
  const zoneOf = (isOurs: boolean) => subnets.find(({ SubnetId }) => (SubnetId === subnetId) === isOurs)?.AvailabilityZone ?? '';
  return {
    instances: new Ec2Instances(ec2, { environment, ...network }),
    power: new Ec2InstancePower(ec2),
    groups: new Ec2SecurityGroups(ec2, { environment, vpcId: network.vpcId }),
    disks: new Ec2Disks(ec2, environment),
    snapshots: new Ec2Snapshots(ec2, environment),
    blocks: new EbsSnapshotBlocks(ebs),
    subnetId,
    zones: [zoneOf(true), zoneOf(false)],
    instanceTypes: ['t3.micro', 't3.small'],
    rootGib: 8,
    write,
  };
}

/** The file that is the disk: nothing has it open while it is attached to nothing. */
async function write(diskId: string, index: number, bytes: Buffer): Promise<void> {
  const file = await open(join(system.folder, 'local-cloud/ebs/volumes', `${diskId}.img`), 'r+');
  try {
    await file.write(bytes, 0, bytes.length, index * snapshotBlockBytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

disksContract('Ec2Disks on the local cloud', ports, limits);
snapshotsContract('Ec2Snapshots on the local cloud', ports, limits);
snapshotBlocksContract('EbsSnapshotBlocks on the local cloud', ports, limits);
