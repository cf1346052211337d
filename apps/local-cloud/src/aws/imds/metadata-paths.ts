import type { Cloud } from '../cloud.js';
import { describeInstance, privateDnsName, publicDnsName } from '../actions/describe-instance.js';
import { MACHINE_IMAGE } from '../machine-image.js';
import { ACCOUNT_ID, REGION } from '../network-layout.js';
import type { Instance } from '../state/cloud-state.js';
import { findSubnet } from '../state/find.js';

/**
 * Everything the metadata service tells an instance, by path below a version such as `latest/`. Folders are not listed here: they
 * follow from the paths. @see specs/ec2-ebs.md, section 13.2
 */
export function metadataPaths(cloud: Cloud, instance: Instance): Map<string, string> {
  const meta = Object.entries(metaData(cloud, instance)).filter((entry): entry is [string, string] => entry[1] !== null);
  const paths = new Map(meta.map(([path, value]) => [`meta-data/${path}`, value]));
  paths.set('dynamic/instance-identity/document', identityDocument(cloud, instance));
  return paths;
}

function metaData(cloud: Cloud, instance: Instance): Record<string, string | null> {
  const { zone, zoneId } = findSubnet(cloud, instance.subnetId);
  const publicAddress = describeInstance(cloud, instance).PublicIpAddress ?? null;
  const groups = instance.groupIds.map((id) => cloud.state.securityGroups[id]?.name ?? id);
  return {
    'ami-id': instance.imageId,
    'ami-launch-index': String(instance.launchIndex),
    hostname: privateDnsName(instance.privateAddress),
    'instance-id': instance.id,
    'instance-life-cycle': 'on-demand',
    'instance-type': instance.type,
    'local-hostname': privateDnsName(instance.privateAddress),
    'local-ipv4': instance.privateAddress,
    mac: instance.macAddress,
    'public-ipv4': publicAddress,
    'public-hostname': publicAddress && publicDnsName(publicAddress),
    'reservation-id': instance.reservationId,
    'security-groups': groups.join('\n'),
    'placement/availability-zone': zone,
    'placement/availability-zone-id': zoneId,
    'placement/region': REGION,
    'services/domain': 'amazonaws.com',
    'services/partition': 'aws',
    'block-device-mapping/ami': MACHINE_IMAGE.rootDevice,
    'block-device-mapping/root': MACHINE_IMAGE.rootDevice,
    'events/maintenance/history': '[]',
    'events/maintenance/scheduled': '[]',
    ...networkInterface(cloud, instance, publicAddress),
    ...instanceTags(instance),
  };
}

function networkInterface(cloud: Cloud, instance: Instance, publicAddress: string | null): Record<string, string | null> {
  const at = `network/interfaces/macs/${instance.macAddress}`;
  return {
    [`${at}/device-number`]: '0',
    [`${at}/interface-id`]: instance.interfaceId,
    [`${at}/local-hostname`]: privateDnsName(instance.privateAddress),
    [`${at}/local-ipv4s`]: instance.privateAddress,
    [`${at}/mac`]: instance.macAddress,
    [`${at}/owner-id`]: ACCOUNT_ID,
    [`${at}/public-ipv4s`]: publicAddress,
    [`${at}/security-group-ids`]: instance.groupIds.join('\n'),
    [`${at}/subnet-id`]: instance.subnetId,
    [`${at}/subnet-ipv4-cidr-block`]: findSubnet(cloud, instance.subnetId).cidr,
    [`${at}/vpc-id`]: cloud.network.vpcId,
    [`${at}/vpc-ipv4-cidr-block`]: cloud.network.vpcCidr,
  };
}

/** Only when the instance was told to show them. */
function instanceTags(instance: Instance): Record<string, string> {
  if (instance.metadata.instanceTags === 'disabled') return {};
  return Object.fromEntries(Object.entries(instance.tags).map(([key, value]) => [`tags/instance/${key}`, value]));
}

/** Unsigned: there is no certificate of AWS here to verify a signature with. */
function identityDocument(cloud: Cloud, instance: Instance): string {
  const document = {
    accountId: ACCOUNT_ID,
    architecture: MACHINE_IMAGE.architecture,
    availabilityZone: findSubnet(cloud, instance.subnetId).zone,
    billingProducts: null,
    devpayProductCodes: null,
    imageId: instance.imageId,
    instanceId: instance.id,
    instanceType: instance.type,
    kernelId: null,
    marketplaceProductCodes: null,
    pendingTime: new Date(instance.launchedAtMs).toISOString().replace(/\.\d+Z$/, 'Z'),
    privateIp: instance.privateAddress,
    ramdiskId: null,
    region: REGION,
    version: '2017-09-30',
  };
  return JSON.stringify(document, null, 2);
}

/** The names in a folder, folders with a slash at their end, as the service lists them; null if there is no such folder. */
export function listFolder(paths: Iterable<string>, folder: string): string | null {
  const prefix = folder === '' ? '' : `${folder}/`;
  const names = new Set<string>();
  for (const path of paths) {
    if (!path.startsWith(prefix)) continue;
    const [name, ...rest] = path.slice(prefix.length).split('/');
    if (name) names.add(rest.length > 0 ? `${name}/` : name);
  }
  return names.size > 0 ? [...names].toSorted().join('\n') : null;
}
