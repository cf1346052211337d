import {
  DescribeAddressesCommand,
  DescribeInstancesCommand,
  DescribeSecurityGroupsCommand,
  DescribeVolumesCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';

export interface CloudCounts {
  readonly instances: number;
  readonly addresses: number;
  readonly groups: number;
  /** Customers' volumes; hosts' root disks go with their hosts. */
  readonly disks: number;
}

/** Counts what a Dockhero installation has in EC2, seen by the real SDK. */
export async function callEc2(endpoint: string): Promise<CloudCounts> {
  const ec2 = new EC2Client({ endpoint, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } });
  const ours = { Name: 'tag-key', Values: ['dockhero:environment'] };
  try {
    const [instances, addresses, groups, disks] = await Promise.all([
      ec2.send(
        new DescribeInstancesCommand({
          Filters: [ours, { Name: 'instance-state-name', Values: ['pending', 'running', 'stopping', 'stopped', 'shutting-down'] }],
        }),
      ),
      ec2.send(new DescribeAddressesCommand({ Filters: [ours] })),
      ec2.send(new DescribeSecurityGroupsCommand({ Filters: [ours] })),
      ec2.send(new DescribeVolumesCommand({ Filters: [ours, { Name: 'tag-key', Values: ['dockhero:volume'] }] })),
    ]);
    return {
      instances: (instances.Reservations ?? []).flatMap(({ Instances = [] }) => Instances).length,
      addresses: addresses.Addresses?.length ?? 0,
      groups: groups.SecurityGroups?.length ?? 0,
      disks: disks.Volumes?.length ?? 0,
    };
  } finally {
    ec2.destroy();
  }
}
