import type {
  AuthorizeSecurityGroupIngressCommandInput,
  AuthorizeSecurityGroupIngressCommandOutput,
  IpPermission,
} from '@aws-sdk/client-ec2';
import type { Answer } from './action.js';
import type { Cloud } from '../cloud.js';
import { findSecurityGroup } from '../state/find.js';
import { Ec2Error } from '../wire/ec2-error.js';
import { findNamedGroup } from './find-named-group.js';
import { readPermissions, ruleKey, writeRule } from './ip-permissions.js';

const RULES_MAX = 60;

/** Adds all rules or none: one that exists already makes the whole call `InvalidPermission.Duplicate`. */
export async function authorizeSecurityGroupIngress(
  input: AuthorizeSecurityGroupIngressCommandInput,
  cloud: Cloud,
): Promise<Answer<AuthorizeSecurityGroupIngressCommandOutput>> {
  const group = findNamedGroup(cloud, input);
  const rules = readPermissions(permissionsOf(input));
  const keys = new Set(group.rules.map(ruleKey));
  for (const rule of rules) {
    const key = ruleKey(rule);
    if (keys.has(key)) throw new Ec2Error('InvalidPermission.Duplicate', `the specified rule "peer: ${key}, ALLOW" already exists`);
    if ('groupId' in rule.source) findSecurityGroup(cloud, rule.source.groupId);
    keys.add(key);
  }
  if (keys.size > RULES_MAX)
    throw new Ec2Error('RulesPerSecurityGroupLimitExceeded', 'The maximum number of rules per security group has been reached.');
  group.rules.push(...rules);
  await cloud.applyNetwork();
  cloud.save();
  return { Return: true, SecurityGroupRules: rules.map((rule) => writeRule(group.id, rule)) };
}

/** One permission may also stand in the request's own members, as the AWS CLI's short options have it. */
export function permissionsOf(
  input: Pick<AuthorizeSecurityGroupIngressCommandInput, 'IpPermissions' | 'IpProtocol' | 'FromPort' | 'ToPort' | 'CidrIp'>,
): IpPermission[] {
  const { IpPermissions, IpProtocol, FromPort, ToPort, CidrIp } = input;
  if (IpPermissions?.length) return IpPermissions;
  return [{ IpProtocol, FromPort, ToPort, IpRanges: CidrIp ? [{ CidrIp }] : [] }];
}
