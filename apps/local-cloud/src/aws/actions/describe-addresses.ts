import type { Address, DescribeAddressesCommandInput, DescribeAddressesCommandOutput } from '@aws-sdk/client-ec2';
import type { Answer } from './action.js';
import type { Cloud } from '../cloud.js';
import { ACCOUNT_ID, REGION } from '../network-layout.js';
import type { ElasticAddress, Instance } from '../state/cloud-state.js';
import { findAddress, isVisible } from '../state/find.js';
import { matchFilters, type FilterFields } from '../state/match-filters.js';
import { writeTags } from '../state/read-tags.js';
import { Ec2Error } from '../wire/ec2-error.js';

/** Has no paging, on AWS neither. */
export function describeAddresses(input: DescribeAddressesCommandInput, cloud: Cloud): Answer<DescribeAddressesCommandOutput> {
  const named = [
    ...(input.AllocationIds ?? []).map((id) => findAddress(cloud, id)),
    ...(input.PublicIps ?? []).map((publicAddress) => findByPublicAddress(cloud, publicAddress)),
  ];
  const asked = named.length > 0 ? named : Object.values(cloud.state.addresses).filter(isVisible);
  const matching = matchFilters(asked, input.Filters, filterFields(cloud), (address) => address.tags);
  return { Addresses: matching.map((address) => describeAddress(cloud, address)) };
}

function findByPublicAddress(cloud: Cloud, publicAddress: string): ElasticAddress {
  const found = Object.values(cloud.state.addresses).find((address) => address.publicAddress === publicAddress && isVisible(address));
  if (!found) throw new Ec2Error('InvalidAddress.NotFound', `Address '${publicAddress}' not found.`);
  return found;
}

function holderOf(cloud: Cloud, address: ElasticAddress): Instance | null {
  return (address.association && cloud.state.instances[address.association.instanceId]) ?? null;
}

function describeAddress(cloud: Cloud, address: ElasticAddress): Address {
  const holder = holderOf(cloud, address);
  const common = {
    AllocationId: address.allocationId,
    PublicIp: address.publicAddress,
    Domain: 'vpc' as const,
    PublicIpv4Pool: 'amazon',
    NetworkBorderGroup: REGION,
    Tags: writeTags(address.tags),
  };
  if (!holder || !address.association) return common;
  return {
    ...common,
    AssociationId: address.association.id,
    InstanceId: holder.id,
    NetworkInterfaceId: holder.interfaceId,
    NetworkInterfaceOwnerId: ACCOUNT_ID,
    PrivateIpAddress: holder.privateAddress,
  };
}

function filterFields(cloud: Cloud): FilterFields<ElasticAddress> {
  return {
    'allocation-id': (address) => address.allocationId,
    'association-id': (address) => address.association?.id ?? null,
    'public-ip': (address) => address.publicAddress,
    domain: () => 'vpc',
    'instance-id': (address) => address.association?.instanceId ?? null,
    'network-interface-id': (address) => holderOf(cloud, address)?.interfaceId ?? null,
    'private-ip-address': (address) => holderOf(cloud, address)?.privateAddress ?? null,
  };
}
