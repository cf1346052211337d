import type { DescribeImagesCommandInput, DescribeImagesCommandOutput, Image } from '@aws-sdk/client-ec2';
import type { Answer } from './action.js';
import { MACHINE_IMAGE } from '../machine-image.js';
import { ACCOUNT_ID } from '../network-layout.js';
import { matchFilters } from '../state/match-filters.js';
import { notFound } from '../wire/ec2-error.js';

/** The one image, owned by the account itself. */
export function describeImages(input: DescribeImagesCommandInput): Answer<DescribeImagesCommandOutput> {
  const unknown = (input.ImageIds ?? []).filter((id) => id !== MACHINE_IMAGE.id);
  if (unknown.length > 0) throw notFound('InvalidAMIID.NotFound', 'image id', `[${unknown.join(', ')}]`);
  const owners = input.Owners ?? [];
  const isOwned = owners.length === 0 || owners.some((owner) => owner === 'self' || owner === ACCOUNT_ID);
  const fields = {
    'image-id': () => MACHINE_IMAGE.id,
    name: () => MACHINE_IMAGE.name,
    architecture: () => MACHINE_IMAGE.architecture,
    state: () => 'available',
    'virtualization-type': () => 'hvm',
    'root-device-type': () => 'ebs',
    'owner-id': () => ACCOUNT_ID,
    'image-type': () => 'machine',
    'is-public': () => 'false',
  };
  return { Images: matchFilters(isOwned ? [MACHINE_IMAGE] : [], input.Filters, fields, () => ({})).map(describeImage) };
}

function describeImage(image: typeof MACHINE_IMAGE): Image {
  return {
    ImageId: image.id,
    Name: image.name,
    Description: image.description,
    ImageLocation: `${ACCOUNT_ID}/${image.name}`,
    ImageType: 'machine',
    State: 'available',
    OwnerId: ACCOUNT_ID,
    Public: false,
    CreationDate: image.createdAt,
    Architecture: image.architecture,
    RootDeviceName: image.rootDevice,
    RootDeviceType: 'ebs',
    BlockDeviceMappings: [
      {
        DeviceName: image.rootDevice,
        Ebs: {
          SnapshotId: image.rootSnapshotId,
          VolumeSize: image.rootSizeGib,
          VolumeType: 'gp3',
          DeleteOnTermination: true,
          Encrypted: false,
        },
      },
    ],
    EnaSupport: true,
    Hypervisor: 'xen',
    VirtualizationType: 'hvm',
    PlatformDetails: 'Linux/UNIX',
    Tags: [],
  };
}
