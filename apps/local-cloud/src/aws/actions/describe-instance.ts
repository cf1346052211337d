import type { GroupIdentifier, Instance as Ec2Instance, InstanceStateName } from '@aws-sdk/client-ec2';
import type { Cloud } from '../cloud.js';
import { MACHINE_IMAGE } from '../machine-image.js';
import { ACCOUNT_ID, type Subnet } from '../network-layout.js';
import type { Instance, InstanceState } from '../state/cloud-state.js';
import { findSubnet } from '../state/find.js';
import { elasticAddressOf, publicAddressOf } from '../state/public-address.js';
import { writeTags } from '../state/read-tags.js';
import { findInstanceType } from '../instance-types.js';

/** @see specs/ec2-ebs.md, section 3.2 */
export const STATE_CODES: Record<InstanceState, number> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};

export function stateOf(state: InstanceState): { Code: number; Name: InstanceStateName } {
  return { Code: STATE_CODES[state], Name: state };
}

export function privateHostName(address: string): string {
  return `ip-${address.replaceAll('.', '-')}`;
}

export function privateDnsName(address: string): string {
  return `${privateHostName(address)}.ec2.internal`;
}

export function publicDnsName(address: string): string {
  return `ec2-${address.replaceAll('.', '-')}.compute-1.amazonaws.com`;
}

/** What EC2 tells about one instance. A terminated one has lost its network; public addresses show only while it runs. */
export function describeInstance(cloud: Cloud, instance: Instance): Ec2Instance {
  const subnet = findSubnet(cloud, instance.subnetId);
  return {
    InstanceId: instance.id,
    ImageId: instance.imageId,
    State: stateOf(instance.state),
    StateReason: instance.stateReason ? { Code: instance.stateReason.code, Message: instance.stateReason.message } : undefined,
    StateTransitionReason: instance.stateReason?.message ?? '',
    InstanceType: instance.type as NonNullable<Ec2Instance['InstanceType']>,
    LaunchTime: new Date(instance.launchedAtMs),
    AmiLaunchIndex: instance.launchIndex,
    ClientToken: instance.clientToken ?? undefined,
    Placement: { AvailabilityZone: subnet.zone, AvailabilityZoneId: subnet.zoneId, GroupName: '', Tenancy: 'default' },
    Monitoring: { State: 'disabled' },
    Architecture: MACHINE_IMAGE.architecture,
    Hypervisor: 'xen',
    VirtualizationType: 'hvm',
    RootDeviceName: MACHINE_IMAGE.rootDevice,
    RootDeviceType: 'ebs',
    BlockDeviceMappings: blockDevices(cloud, instance),
    EbsOptimized: false,
    EnaSupport: true,
    CpuOptions: { CoreCount: 1, ThreadsPerCore: findInstanceType(instance.type)?.cores ?? 2 },
    MetadataOptions: {
      State: instance.state === 'pending' ? 'pending' : 'applied',
      HttpTokens: instance.metadata.tokens,
      HttpPutResponseHopLimit: instance.metadata.hopLimit,
      HttpEndpoint: instance.metadata.endpoint,
      InstanceMetadataTags: instance.metadata.instanceTags,
      HttpProtocolIpv6: 'disabled',
    },
    Tags: writeTags(instance.tags),
    ...(instance.state === 'terminated' ? {} : network(cloud, instance, subnet)),
  };
}

function network(cloud: Cloud, instance: Instance, subnet: Subnet): Ec2Instance {
  const publicAddress = shownPublicAddress(cloud, instance);
  return {
    SubnetId: subnet.id,
    VpcId: cloud.network.vpcId,
    PrivateIpAddress: instance.privateAddress,
    PrivateDnsName: privateDnsName(instance.privateAddress),
    PublicIpAddress: publicAddress ?? undefined,
    PublicDnsName: publicAddress ? publicDnsName(publicAddress) : '',
    SourceDestCheck: true,
    SecurityGroups: groups(cloud, instance),
    NetworkInterfaces: [networkInterface(cloud, instance, subnet, publicAddress)],
  };
}

/** `ipAddress` is missing until the instance runs; an Elastic IP shows also while it is stopped. */
export function shownPublicAddress(cloud: Cloud, instance: Instance): string | null {
  return instance.state === 'pending' ? null : publicAddressOf(cloud, instance);
}

function networkInterface(
  cloud: Cloud,
  instance: Instance,
  subnet: Subnet,
  publicAddress: string | null,
): NonNullable<Ec2Instance['NetworkInterfaces']>[number] {
  const ipOwner = elasticAddressOf(cloud, instance.id) ? ACCOUNT_ID : 'amazon';
  const association = publicAddress
    ? { PublicIp: publicAddress, IpOwnerId: ipOwner, PublicDnsName: publicDnsName(publicAddress) }
    : undefined;
  return {
    NetworkInterfaceId: instance.interfaceId,
    OwnerId: ACCOUNT_ID,
    Status: 'in-use',
    SubnetId: subnet.id,
    VpcId: cloud.network.vpcId,
    MacAddress: instance.macAddress,
    PrivateIpAddress: instance.privateAddress,
    PrivateDnsName: privateDnsName(instance.privateAddress),
    SourceDestCheck: true,
    InterfaceType: 'interface',
    Groups: groups(cloud, instance),
    Association: association,
    Attachment: { DeviceIndex: 0, DeleteOnTermination: true, Status: 'attached', AttachTime: new Date(instance.launchedAtMs) },
    PrivateIpAddresses: [{ Primary: true, PrivateIpAddress: instance.privateAddress, Association: association }],
  };
}

function groups(cloud: Cloud, instance: Instance): GroupIdentifier[] {
  return instance.groupIds.map((id) => ({ GroupId: id, GroupName: cloud.state.securityGroups[id]?.name ?? '' }));
}

function blockDevices(cloud: Cloud, instance: Instance): NonNullable<Ec2Instance['BlockDeviceMappings']> {
  return Object.values(cloud.state.volumes).flatMap(({ id, attachment }) =>
    attachment?.instanceId === instance.id
      ? [
          {
            DeviceName: attachment.device,
            Ebs: {
              VolumeId: id,
              Status: attachment.state === 'busy' ? ('detaching' as const) : attachment.state,
              AttachTime: new Date(attachment.attachedAtMs),
              DeleteOnTermination: attachment.deleteOnTermination,
            },
          },
        ]
      : [],
  );
}
