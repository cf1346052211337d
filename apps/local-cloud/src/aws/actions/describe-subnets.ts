import type { DescribeSubnetsCommandInput, DescribeSubnetsCommandOutput } from '@aws-sdk/client-ec2';
import type { Answer } from './action.js';
import type { Cloud } from '../cloud.js';
import { ACCOUNT_ID, SUBNET_PREFIX, type Subnet } from '../network-layout.js';
import { findSubnet } from '../state/find.js';
import { matchFilters, type FilterFields } from '../state/match-filters.js';
import { paginate } from '../state/paginate.js';

/** Addresses that AWS itself takes of each subnet. */
const RESERVED_ADDRESSES = 5;

/** One public subnet in each availability zone. */
export function describeSubnets(input: DescribeSubnetsCommandInput, cloud: Cloud): Answer<DescribeSubnetsCommandOutput> {
  const ids = input.SubnetIds ?? [];
  const asked = ids.length > 0 ? ids.map((id) => findSubnet(cloud, id)) : cloud.network.subnets;
  const { page, ...token } = paginate(
    matchFilters(asked, input.Filters, filterFields(cloud), () => ({})),
    input,
    ids,
    (subnet) => subnet.id,
  );
  const living = Object.values(cloud.state.instances).filter((instance) => instance.state !== 'terminated');
  const Subnets = page.map(({ id, zone, zoneId, cidr }) => ({
    SubnetId: id,
    VpcId: cloud.network.vpcId,
    AvailabilityZone: zone,
    AvailabilityZoneId: zoneId,
    CidrBlock: cidr,
    State: 'available' as const,
    OwnerId: ACCOUNT_ID,
    DefaultForAz: true,
    MapPublicIpOnLaunch: true,
    AvailableIpAddressCount: 2 ** (32 - SUBNET_PREFIX) - RESERVED_ADDRESSES - living.filter(({ subnetId }) => subnetId === id).length,
    Tags: [],
  }));
  return { Subnets, ...token };
}

function filterFields(cloud: Cloud): FilterFields<Subnet> {
  return {
    'subnet-id': (subnet) => subnet.id,
    'vpc-id': () => cloud.network.vpcId,
    'availability-zone': (subnet) => subnet.zone,
    'cidr-block': (subnet) => subnet.cidr,
    state: () => 'available',
    'default-for-az': () => 'true',
  };
}
