import type { DeleteSecurityGroupCommandInput, DeleteSecurityGroupCommandOutput } from '@aws-sdk/client-ec2';
import type { Answer } from './action.js';
import type { Cloud } from '../cloud.js';
import { Ec2Error } from '../wire/ec2-error.js';
import { findNamedGroup } from './find-named-group.js';

/** Refused while an instance (also, for a moment, a terminated one) or another group's rule refers to it. */
export async function deleteSecurityGroup(
  input: DeleteSecurityGroupCommandInput,
  cloud: Cloud,
): Promise<Answer<DeleteSecurityGroupCommandOutput>> {
  const group = findNamedGroup(cloud, input);
  if (group.id === cloud.network.defaultGroupId)
    throw new Ec2Error('CannotDelete', `the specified group: "${group.id}" name: "default" cannot be deleted by a user`);
  if (isUsed(cloud, group.id)) throw new Ec2Error('DependencyViolation', `resource ${group.id} has a dependent object`);
  delete cloud.state.securityGroups[group.id];
  await cloud.applyNetwork();
  cloud.save();
  return { Return: true, GroupId: group.id };
}

function isUsed(cloud: Cloud, groupId: string): boolean {
  const { instances, securityGroups } = cloud.state;
  const byInstance = Object.values(instances).some(
    ({ groupIds, terminatedAtMs }) =>
      groupIds.includes(groupId) && (terminatedAtMs === null || Date.now() - terminatedAtMs < cloud.delays.interfaceLingerMs),
  );
  const byRule = Object.values(securityGroups).some(
    (other) => other.id !== groupId && other.rules.some(({ source }) => 'groupId' in source && source.groupId === groupId),
  );
  return byInstance || byRule;
}
