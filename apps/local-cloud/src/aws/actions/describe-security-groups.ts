import type { DescribeSecurityGroupsCommandInput, DescribeSecurityGroupsCommandOutput } from '@aws-sdk/client-ec2';
import type { Answer } from './action.js';
import type { Cloud } from '../cloud.js';
import { ACCOUNT_ID } from '../network-layout.js';
import type { SecurityGroup } from '../state/cloud-state.js';
import { findSecurityGroup, isVisible } from '../state/find.js';
import { matchFilters, type FilterFields } from '../state/match-filters.js';
import { paginate } from '../state/paginate.js';
import { writeTags } from '../state/read-tags.js';
import { findNamedGroup } from './find-named-group.js';
import { writePermissions } from './ip-permissions.js';

export function describeSecurityGroups(
  input: DescribeSecurityGroupsCommandInput,
  cloud: Cloud,
): Answer<DescribeSecurityGroupsCommandOutput> {
  const ids = input.GroupIds ?? [];
  const named = [
    ...ids.map((id) => findSecurityGroup(cloud, id)),
    ...(input.GroupNames ?? []).map((GroupName) => findNamedGroup(cloud, { GroupName })),
  ];
  const asked = named.length > 0 ? [...new Set(named)] : Object.values(cloud.state.securityGroups).filter(isVisible);
  const matching = matchFilters(asked, input.Filters, filterFields(cloud), (group) => group.tags);
  const { page, ...token } = paginate(matching, input, ids, (group) => group.id);
  const SecurityGroups = page.map((group) => ({
    GroupId: group.id,
    GroupName: group.name,
    Description: group.description,
    VpcId: cloud.network.vpcId,
    OwnerId: ACCOUNT_ID,
    IpPermissions: writePermissions(group.rules),
    IpPermissionsEgress: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }], UserIdGroupPairs: [] }],
    Tags: writeTags(group.tags),
  }));
  return { SecurityGroups, ...token };
}

function filterFields(cloud: Cloud): FilterFields<SecurityGroup> {
  return {
    'group-id': (group) => group.id,
    'group-name': (group) => group.name,
    description: (group) => group.description,
    'vpc-id': () => cloud.network.vpcId,
    'owner-id': () => ACCOUNT_ID,
  };
}
