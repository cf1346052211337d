import type { InstanceNetworkInterfaceSpecification, RunInstancesCommandInput } from '@aws-sdk/client-ec2';
import type { Cloud } from '../cloud.js';
import { findInstanceType } from '../instance-types.js';
import { MACHINE_IMAGE } from '../machine-image.js';
import type { Subnet } from '../network-layout.js';
import type { Instance } from '../state/cloud-state.js';
import { findSecurityGroup, findSubnet } from '../state/find.js';
import { readTagSpecifications } from '../state/read-tags.js';
import { Ec2Error, invalidCombination, invalidValue, missingParameter, notFound } from '../wire/ec2-error.js';
import { readMetadataOptions } from './read-metadata-options.js';

type FromRequest =
  | 'clientToken'
  | 'type'
  | 'groupIds'
  | 'assignsPublicAddress'
  | 'userData'
  | 'metadata'
  | 'shutdownBehavior'
  | 'terminationProtected'
  | 'tags'
  | 'interfaceTags';

/** A launch that has been checked: everything it refers to exists. */
export interface LaunchRequest extends Pick<Instance, FromRequest> {
  count: number;
  subnet: Subnet;
  root: { sizeGib: number; type: string; encrypted: boolean };
  volumeTags: Record<string, string>;
}

const USER_DATA_BYTES_MAX = 16 * 1024;
const INSTANCES_MAX = 20;
const ROOT_GIB_MAX = 16_384;
const CLIENT_TOKEN = /^[\x20-\x7e]{1,64}$/;

/** Reads and checks RunInstances. @throws Ec2Error as EC2 would for what is missing, contradictory or unknown. */
export function readLaunchRequest(input: RunInstancesCommandInput, cloud: Cloud): LaunchRequest {
  const { ImageId: imageId, ClientToken: clientToken = null, TagSpecifications: tags } = input;
  if (!imageId) throw missingParameter('ImageId');
  if (imageId !== MACHINE_IMAGE.id) throw notFound('InvalidAMIID.NotFound', 'image id', `[${imageId}]`);
  if (clientToken !== null && !CLIENT_TOKEN.test(clientToken)) throw invalidValue('Invalid client token: 1 to 64 ASCII characters.');
  const network = readNetwork(input, cloud);
  return {
    ...network,
    clientToken,
    count: readCount(input),
    type: readType(input.InstanceType),
    root: readRootDevice(input),
    userData: readUserData(input.UserData),
    metadata: readMetadataOptions(input.MetadataOptions),
    shutdownBehavior: input.InstanceInitiatedShutdownBehavior ?? 'stop',
    terminationProtected: input.DisableApiTermination ?? false,
    tags: readTagSpecifications(tags, 'instance'),
    interfaceTags: readTagSpecifications(tags, 'network-interface'),
    volumeTags: readTagSpecifications(tags, 'volume'),
  };
}

function readCount({ MinCount: min, MaxCount: max }: RunInstancesCommandInput): number {
  if (min === undefined || max === undefined) throw missingParameter(min === undefined ? 'MinCount' : 'MaxCount');
  if (!(Number.isInteger(min) && Number.isInteger(max) && min >= 1 && max >= min))
    throw invalidValue('Invalid value for MinCount or MaxCount.');
  if (max > INSTANCES_MAX)
    throw new Ec2Error('InstanceLimitExceeded', `You have requested more instances (${max}) than your current limit of ${INSTANCES_MAX}.`);
  return max;
}

export function readType(name = 't3.micro'): string {
  if (!findInstanceType(name)) throw invalidValue(`Invalid value '${name}' for InstanceType.`);
  return name;
}

function readNetwork(input: RunInstancesCommandInput, cloud: Cloud): Pick<LaunchRequest, 'subnet' | 'groupIds' | 'assignsPublicAddress'> {
  const network = input.NetworkInterfaces?.length ? fromInterface(input) : fromTopLevel(input);
  const subnet = network.subnetId ? findSubnet(cloud, network.subnetId) : subnetInZone(cloud, input.Placement?.AvailabilityZone);
  const groupIds = [...network.groupIds, ...groupsByName(cloud, input.SecurityGroups ?? [])];
  for (const id of groupIds) findSecurityGroup(cloud, id);
  return {
    subnet,
    groupIds: groupIds.length > 0 ? [...new Set(groupIds)] : [cloud.network.defaultGroupId],
    assignsPublicAddress: network.assignsPublicAddress,
  };
}

interface RequestedNetwork {
  subnetId: string | undefined;
  groupIds: string[];
  assignsPublicAddress: boolean;
}

/** The subnets of the local cloud are public: without a word about it, an instance gets a public address. */
function fromTopLevel(input: RunInstancesCommandInput): RequestedNetwork {
  return { subnetId: input.SubnetId, groupIds: input.SecurityGroupIds ?? [], assignsPublicAddress: true };
}

function fromInterface(input: RunInstancesCommandInput): RequestedNetwork {
  if (input.SubnetId || input.SecurityGroupIds?.length || input.SecurityGroups?.length) {
    throw invalidCombination(
      'Network interfaces and an instance-level subnet ID or security groups may not be specified on the same request',
    );
  }
  const [first, ...others] = input.NetworkInterfaces as [InstanceNetworkInterfaceSpecification, ...InstanceNetworkInterfaceSpecification[]];
  if (others.length > 0 || (first.DeviceIndex ?? 0) !== 0)
    throw invalidValue('The local cloud serves one network interface, with device index 0.');
  return { subnetId: first.SubnetId, groupIds: first.Groups ?? [], assignsPublicAddress: first.AssociatePublicIpAddress ?? true };
}

function subnetInZone(cloud: Cloud, zone: string | undefined): Subnet {
  const found = cloud.network.subnets.find((subnet) => zone === undefined || subnet.zone === zone);
  if (!found) throw invalidValue(`Invalid availability zone: [${zone}]`);
  return found;
}

function groupsByName(cloud: Cloud, names: string[]): string[] {
  return names.map((name) => {
    const group = Object.values(cloud.state.securityGroups).find((candidate) => candidate.name === name);
    if (!group) throw notFound('InvalidGroup.NotFound', 'security group', name);
    return group.id;
  });
}

function readRootDevice(input: RunInstancesCommandInput): LaunchRequest['root'] {
  const [mapping, ...others] = input.BlockDeviceMappings ?? [];
  const isRoot = !mapping || mapping.DeviceName === MACHINE_IMAGE.rootDevice;
  if (others.length > 0 || !isRoot)
    throw invalidValue(`The local cloud serves one block device at launch, the root at ${MACHINE_IMAGE.rootDevice}.`);
  const { VolumeSize: sizeGib = MACHINE_IMAGE.rootSizeGib, VolumeType: type = 'gp3', Encrypted: encrypted = false } = mapping?.Ebs ?? {};
  if (sizeGib < 1 || sizeGib > ROOT_GIB_MAX) throw invalidValue(`Invalid value '${sizeGib}' for root volume size.`);
  // Our image is a tree, not a snapshot, so it would fit on less. AWS would refuse a disk smaller than the image's snapshot.
  return { sizeGib, type, encrypted };
}

function readUserData(base64: string | undefined): string | null {
  if (!base64) return null;
  if (!/^[A-Za-z0-9+/=\s]*$/.test(base64)) throw new Ec2Error('InvalidUserData.Malformed', 'Invalid BASE64 encoding of user data.');
  const bytes = Buffer.from(base64, 'base64').length;
  if (bytes > USER_DATA_BYTES_MAX) throw invalidValue(`User data is limited to ${USER_DATA_BYTES_MAX} bytes`);
  return base64;
}
