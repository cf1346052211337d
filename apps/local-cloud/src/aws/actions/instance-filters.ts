import type { Cloud } from '../cloud.js';
import { shownPublicAddress, STATE_CODES, privateDnsName } from './describe-instance.js';
import type { Instance } from '../state/cloud-state.js';
import { findSubnet } from '../state/find.js';
import type { FilterFields } from '../state/match-filters.js';

/** The filters of DescribeInstances that are served. */
export function instanceFilterFields(cloud: Cloud): FilterFields<Instance> {
  const ifNetworked =
    (read: (instance: Instance) => string | null) =>
    (instance: Instance): string | null =>
      instance.state === 'terminated' ? null : read(instance);
  return {
    'instance-id': (instance) => instance.id,
    'client-token': (instance) => instance.clientToken,
    'instance-state-name': (instance) => instance.state,
    'instance-state-code': (instance) => String(STATE_CODES[instance.state]),
    'instance-type': (instance) => instance.type,
    'image-id': (instance) => instance.imageId,
    'reservation-id': (instance) => instance.reservationId,
    'availability-zone': (instance) => findSubnet(cloud, instance.subnetId).zone,
    'subnet-id': ifNetworked((instance) => instance.subnetId),
    'vpc-id': ifNetworked(() => cloud.network.vpcId),
    'private-ip-address': ifNetworked((instance) => instance.privateAddress),
    'private-dns-name': ifNetworked((instance) => privateDnsName(instance.privateAddress)),
    'ip-address': ifNetworked((instance) => shownPublicAddress(cloud, instance)),
    'instance.group-id': (instance) => instance.groupIds,
    'instance.group-name': (instance) => instance.groupIds.flatMap((id) => cloud.state.securityGroups[id]?.name ?? []),
    'network-interface.network-interface-id': ifNetworked((instance) => instance.interfaceId),
    'block-device-mapping.volume-id': (instance) =>
      Object.values(cloud.state.volumes).flatMap((volume) => (volume.attachment?.instanceId === instance.id ? [volume.id] : [])),
  };
}
