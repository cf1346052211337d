import type { RevokeSecurityGroupIngressCommandInput, RevokeSecurityGroupIngressCommandOutput } from '@aws-sdk/client-ec2';
import type { Answer } from './action.js';
import type { Cloud } from '../cloud.js';
import type { SecurityGroup } from '../state/cloud-state.js';
import { Ec2Error } from '../wire/ec2-error.js';
import { permissionsOf } from './authorize-security-group-ingress.js';
import { findNamedGroup } from './find-named-group.js';
import { readPermissions, ruleKey, writePermissions } from './ip-permissions.js';

/** Removes rules by what they say or by their ids. Rules that don't exist are reported, not refused, unless named by id. */
export async function revokeSecurityGroupIngress(
  input: RevokeSecurityGroupIngressCommandInput,
  cloud: Cloud,
): Promise<Answer<RevokeSecurityGroupIngressCommandOutput>> {
  const group = findNamedGroup(cloud, input);
  const { isRevoked, unknown } = input.SecurityGroupRuleIds?.length ? byIds(group, input.SecurityGroupRuleIds) : byMeaning(group, input);
  const revoked = group.rules.filter(isRevoked);
  group.rules = group.rules.filter((rule) => !isRevoked(rule));
  await cloud.applyNetwork();
  cloud.save();
  return {
    Return: true,
    UnknownIpPermissions: unknown,
    RevokedSecurityGroupRules: revoked.map((rule) => ({
      SecurityGroupRuleId: rule.id,
      GroupId: group.id,
      IsEgress: false,
      IpProtocol: rule.protocol,
      FromPort: rule.fromPort,
      ToPort: rule.toPort,
      ...('cidr' in rule.source ? { CidrIpv4: rule.source.cidr } : { ReferencedGroupId: rule.source.groupId }),
    })),
  };
}

interface Selection {
  isRevoked: (rule: SecurityGroup['rules'][number]) => boolean;
  unknown: NonNullable<RevokeSecurityGroupIngressCommandOutput['UnknownIpPermissions']>;
}

function byIds(group: SecurityGroup, ids: string[]): Selection {
  const missing = ids.find((id) => !group.rules.some((rule) => rule.id === id));
  if (missing !== undefined)
    throw new Ec2Error('InvalidSecurityGroupRuleId.NotFound', `The security group rule ID '${missing}' does not exist`);
  return { isRevoked: (rule) => ids.includes(rule.id), unknown: [] };
}

function byMeaning(group: SecurityGroup, input: RevokeSecurityGroupIngressCommandInput): Selection {
  const asked = readPermissions(permissionsOf(input));
  const keys = new Set(asked.map(ruleKey));
  const existing = new Set(group.rules.map(ruleKey));
  return { isRevoked: (rule) => keys.has(ruleKey(rule)), unknown: writePermissions(asked.filter((rule) => !existing.has(ruleKey(rule)))) };
}
