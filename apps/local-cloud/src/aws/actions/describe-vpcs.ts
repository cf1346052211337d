import type { DescribeVpcsCommandInput, DescribeVpcsCommandOutput } from '@aws-sdk/client-ec2';
import type { Answer } from './action.js';
import type { Cloud } from '../cloud.js';
import { ACCOUNT_ID } from '../network-layout.js';
import { matchFilters } from '../state/match-filters.js';
import { notFound } from '../wire/ec2-error.js';

/** The one network, which is the default one. */
export function describeVpcs(input: DescribeVpcsCommandInput, cloud: Cloud): Answer<DescribeVpcsCommandOutput> {
  const vpc = { id: cloud.network.vpcId, cidr: cloud.network.vpcCidr };
  const unknown = (input.VpcIds ?? []).find((id) => id !== vpc.id);
  if (unknown !== undefined) throw notFound('InvalidVpcID.NotFound', 'vpc ID', unknown);
  const fields = {
    'vpc-id': () => vpc.id,
    cidr: () => vpc.cidr,
    'is-default': () => 'true',
    isDefault: () => 'true',
    state: () => 'available',
  };
  const found = matchFilters([vpc], input.Filters, fields, () => ({}));
  const Vpcs = found.map(({ id, cidr }) => ({
    VpcId: id,
    CidrBlock: cidr,
    IsDefault: true,
    State: 'available' as const,
    OwnerId: ACCOUNT_ID,
    InstanceTenancy: 'default' as const,
    Tags: [],
  }));
  return { Vpcs };
}
