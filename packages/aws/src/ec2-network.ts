import { DescribeImagesCommand, DescribeSubnetsCommand, DescribeVpcsCommand, type EC2Client } from '@aws-sdk/client-ec2';
import { AppError } from '@dockhero/domain/errors';
import { orAppError } from './aws-errors.js';

/** Where and from what hosts are launched. Looked up once at start and pinned: "latest" under a running fleet makes two hosts of one plan differ. */
export interface Network {
  readonly vpcId: string;
  readonly subnetIds: readonly string[];
  readonly imageId: string;
  readonly rootDeviceName: string;
}

/** What the operator fixed; what is absent is looked up: the default VPC, all its subnets, our newest image. */
export interface NetworkChoice {
  readonly vpcId?: string | undefined;
  readonly subnetIds?: readonly string[] | undefined;
  readonly imageId?: string | undefined;
}

/** @throws AppError `aws_rejected` when the account has no such VPC, subnet or image. */
export async function lookUpNetwork(ec2: EC2Client, choice: NetworkChoice): Promise<Network> {
  return await orAppError('look up network', async () => {
    const vpcId = choice.vpcId ?? (await defaultVpc(ec2));
    const subnetIds = choice.subnetIds ?? (await subnetsOf(ec2, vpcId));
    const image = await findImage(ec2, choice.imageId);
    return { vpcId, subnetIds, ...image };
  });
}

async function defaultVpc(ec2: EC2Client): Promise<string> {
  const { Vpcs: [vpc] = [] } = await ec2.send(new DescribeVpcsCommand({ Filters: [{ Name: 'is-default', Values: ['true'] }] }));
  if (!vpc?.VpcId) throw missing('the region has no default VPC: set VPC_ID');
  return vpc.VpcId;
}

async function subnetsOf(ec2: EC2Client, vpcId: string): Promise<string[]> {
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({ Filters: [{ Name: 'vpc-id', Values: [vpcId] }] }));
  const ids = Subnets.flatMap(({ SubnetId }) => (SubnetId ? [SubnetId] : [])).toSorted();
  if (ids.length === 0) throw missing(`VPC ${vpcId} has no subnet: set SUBNET_IDS`);
  return ids;
}

// The owner is always given: image names are not unique, and strangers publish look-alikes.
async function findImage(ec2: EC2Client, imageId: string | undefined): Promise<Pick<Network, 'imageId' | 'rootDeviceName'>> {
  const { Images = [] } = await ec2.send(
    new DescribeImagesCommand(
      imageId
        ? { ImageIds: [imageId] }
        : {
            Owners: ['self'],
            Filters: [
              { Name: 'name', Values: ['dockhero-host-*'] },
              { Name: 'state', Values: ['available'] },
            ],
          },
    ),
  );
  const [newest] = Images.toSorted((a, b) => (b.CreationDate ?? '').localeCompare(a.CreationDate ?? ''));
  if (!newest?.ImageId) throw missing('no image for hosts: set HOST_IMAGE_ID, or build one named dockhero-host-*');
  return { imageId: newest.ImageId, rootDeviceName: newest.RootDeviceName ?? '/dev/xvda' };
}

function missing(reason: string): AppError {
  return new AppError('aws_rejected', { reason });
}
