import type { Cloud } from '../cloud.js';
import type { SecurityGroup } from '../state/cloud-state.js';
import { findSecurityGroup, isVisible } from '../state/find.js';
import { missingParameter, notFound } from '../wire/ec2-error.js';

/** A group by id or, as old clients do it, by name. @throws Ec2Error `InvalidGroup.NotFound`. */
export function findNamedGroup(
  cloud: Cloud,
  { GroupId: id, GroupName: name }: { GroupId?: string | undefined; GroupName?: string | undefined },
): SecurityGroup {
  if (id) return findSecurityGroup(cloud, id);
  if (!name) throw missingParameter('GroupId');
  const group = Object.values(cloud.state.securityGroups).find((candidate) => candidate.name === name && isVisible(candidate));
  if (!group) throw notFound('InvalidGroup.NotFound', 'security group', name);
  return group;
}
