import type { IpPermission, SecurityGroupRule } from '@aws-sdk/client-ec2';
import { ACCOUNT_ID } from '../network-layout.js';
import type { IngressRule, RuleSource } from '../state/cloud-state.js';
import { groupBy } from '../state/group-by.js';
import { newId } from '../state/new-id.js';
import { Ec2Error, invalidValue, missingParameter } from '../wire/ec2-error.js';

const PROTOCOL_NUMBERS: Record<string, IngressRule['protocol']> = { '6': 'tcp', '17': 'udp', '1': 'icmp', all: '-1' };
const PORT_MAX = 65_535;

/**
 * Takes permissions apart into rules of one source each.
 * @throws Ec2Error for protocols, ports and sources that EC2 would refuse, and for IPv6 and prefix lists, which the fabric lacks.
 */
export function readPermissions(permissions: IpPermission[]): IngressRule[] {
  return permissions.flatMap((permission) => {
    const traffic = readTraffic(permission);
    if (permission.Ipv6Ranges?.length || permission.PrefixListIds?.length)
      throw invalidValue('The local cloud has neither IPv6 nor prefix lists.');
    const sources: { source: RuleSource; description: string | null }[] = [
      ...(permission.IpRanges ?? []).map((range) => ({ source: { cidr: readCidr(range.CidrIp) }, description: range.Description ?? null })),
      ...(permission.UserIdGroupPairs ?? []).map((pair) => ({
        source: { groupId: readGroupId(pair.GroupId) },
        description: pair.Description ?? null,
      })),
    ];
    if (sources.length === 0) throw missingParameter('IpRanges or Groups of a permission');
    return sources.map(({ source, description }) => ({ id: newId('sgr'), ...traffic, source, description }));
  });
}

function readTraffic({ IpProtocol, FromPort, ToPort }: IpPermission): Pick<IngressRule, 'protocol' | 'fromPort' | 'toPort'> {
  const name = IpProtocol?.toLowerCase() ?? '';
  const protocol = PROTOCOL_NUMBERS[name] ?? name;
  if (protocol === '-1') return { protocol, fromPort: -1, toPort: -1 };
  if (protocol === 'icmp') return { protocol, fromPort: FromPort ?? -1, toPort: ToPort ?? -1 };
  if (protocol !== 'tcp' && protocol !== 'udp') throw invalidValue(`Invalid value '${IpProtocol}' for IP protocol.`);
  if (FromPort === undefined || ToPort === undefined) throw missingParameter('FromPort and ToPort');
  if (!(FromPort >= 0 && FromPort <= ToPort && ToPort <= PORT_MAX))
    throw invalidValue(`Invalid TCP/UDP port range (${FromPort}:${ToPort})`);
  return { protocol, fromPort: FromPort, toPort: ToPort };
}

function readCidr(text = ''): string {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  const [octets, bits] = [match?.slice(1, 5).map(Number) ?? [], Number(match?.[5])];
  if (!match || octets.some((octet) => octet > 255) || bits > 32) throw invalidValue(`CIDR block ${text} is malformed`);
  const address = octets.reduce((sum, octet) => sum * 256 + octet, 0);
  if (address % 2 ** (32 - bits) !== 0) throw invalidValue(`CIDR block ${text} has bits set to right of netmask`);
  return text;
}

function readGroupId(id: string | undefined): string {
  if (!id) throw new Ec2Error('MissingParameter', 'A group source needs a GroupId.');
  return id;
}

/** One string per meaning: what makes two rules duplicates of each other. Descriptions and ids don't count. */
export function ruleKey({ protocol, fromPort, toPort, source }: IngressRule): string {
  return [protocol, fromPort, toPort, 'cidr' in source ? source.cidr : source.groupId].join(' ');
}

/** Puts rules together by protocol and ports, as DescribeSecurityGroups shows them. */
export function writePermissions(rules: IngressRule[]): IpPermission[] {
  const byTraffic = groupBy(rules, ({ protocol, fromPort, toPort }) => [protocol, fromPort, toPort].join(' '));
  return [...byTraffic.values()].map((same) => {
    const { protocol, fromPort, toPort } = same[0] as IngressRule;
    return {
      IpProtocol: protocol,
      ...(protocol === '-1' ? {} : { FromPort: fromPort, ToPort: toPort }),
      IpRanges: same.flatMap(({ source, description }) =>
        'cidr' in source ? [{ CidrIp: source.cidr, Description: description ?? undefined }] : [],
      ),
      UserIdGroupPairs: same.flatMap(({ source, description }) =>
        'groupId' in source ? [{ GroupId: source.groupId, UserId: ACCOUNT_ID, Description: description ?? undefined }] : [],
      ),
      Ipv6Ranges: [],
      PrefixListIds: [],
    };
  });
}

export function writeRule(groupId: string, rule: IngressRule): SecurityGroupRule {
  return {
    SecurityGroupRuleId: rule.id,
    GroupId: groupId,
    GroupOwnerId: ACCOUNT_ID,
    IsEgress: false,
    IpProtocol: rule.protocol,
    FromPort: rule.fromPort,
    ToPort: rule.toPort,
    Description: rule.description ?? undefined,
    ...('cidr' in rule.source
      ? { CidrIpv4: rule.source.cidr }
      : { ReferencedGroupInfo: { GroupId: rule.source.groupId, UserId: ACCOUNT_ID } }),
  };
}
