/** One permission of a security group. For icmp the ports are type and code, for `-1` (everything) they don't matter. */
export interface FirewallRule {
  protocol: '-1' | 'tcp' | 'udp' | 'icmp';
  /** -1 means any, as for icmp. */
  fromPort: number;
  toPort: number;
  source: { cidr: string } | { groupId: string };
}

export interface FirewallMachine {
  id: string;
  privateAddress: string;
  publicAddress: string | null;
  groupIds: string[];
  /** True while a fault cuts the machine off from everybody. */
  cut: boolean;
}

export interface FirewallInput {
  uplink: string;
  /** This machine's end of the uplink: the only thing outside that instances may reach. */
  gatewayAddress: string;
  machines: FirewallMachine[];
  groups: { id: string; rules: FirewallRule[] }[];
}

/**
 * Writes the whole ruleset of the fabric from the state of the cloud, for one atomic `nft -f -`.
 *
 * Public addresses exist here only: they are mapped to private ones on the way in and back on the way out, as AWS does, so an
 * instance never carries its public address. Inbound is denied unless a security group allows it; outbound is open, but leads
 * nowhere except to other instances and to the gateway. A packet sent to a public address is no longer "from the group", as on
 * AWS, though its CIDR rules are checked against the sender's private address.
 */
export function firewallRules(input: FirewallInput): string {
  const { machines, groups, uplink, gatewayAddress } = input;
  const withPublic = machines.flatMap((m) => (m.publicAddress ? [{ ...m, publicAddress: m.publicAddress }] : []));
  const cut = machines.filter((m) => m.cut).map((m) => m.privateAddress);
  return [
    'table inet local_cloud {}',
    'delete table inet local_cloud',
    'table inet local_cloud {',
    named(
      'map',
      'public_to_private',
      'ipv4_addr : ipv4_addr',
      withPublic.map((m) => `${m.publicAddress} : ${m.privateAddress}`),
    ),
    named(
      'map',
      'private_to_public',
      'ipv4_addr : ipv4_addr',
      withPublic.map((m) => `${m.privateAddress} : ${m.publicAddress}`),
    ),
    named(
      'set',
      'public_pairs',
      'ipv4_addr . ipv4_addr',
      withPublic.map((m) => `${m.publicAddress} . ${m.privateAddress}`),
    ),
    named('set', 'cut', 'ipv4_addr', cut),
    ...groups.map((group) => named('set', groupSet(group.id), 'ipv4_addr', members(group.id, machines))),
    ...groups.map(groupChain),
    ...machines.map(machineChain),
    named(
      'map',
      'inbound',
      'ipv4_addr : verdict',
      machines.map((m) => `${m.privateAddress} : jump ${machineName(m.id)}`),
    ),
    chain('prerouting', 'type nat hook prerouting priority dstnat;', ['dnat ip to ip daddr map @public_to_private']),
    chain('postrouting', 'type nat hook postrouting priority srcnat;', [
      `oifname "${uplink}" snat ip to ip saddr map @private_to_public`,
      'ct status dnat snat ip to ip saddr map @private_to_public',
    ]),
    chain('forward', 'type filter hook forward priority filter; policy drop;', [
      'ip saddr @cut drop',
      'ip daddr @cut drop',
      // a connection to a public address that has since moved to another instance ends
      'ct direction original ct status dnat ct original ip daddr . ip daddr != @public_pairs drop',
      'ct state established,related accept',
      `oifname "${uplink}" ip daddr ${gatewayAddress} accept`,
      'ip daddr vmap @inbound',
    ]),
    '}',
    '',
  ].join('\n');
}

function members(groupId: string, machines: FirewallMachine[]): string[] {
  return machines.filter((m) => m.groupIds.includes(groupId)).map((m) => m.privateAddress);
}

function groupChain(group: { id: string; rules: FirewallRule[] }): string {
  return chain(groupName(group.id), '', group.rules.map(permission));
}

function machineChain(machine: FirewallMachine): string {
  return chain(
    machineName(machine.id),
    '',
    machine.groupIds.map((id) => `jump ${groupName(id)}`),
  );
}

function permission({ protocol, fromPort, toPort, source }: FirewallRule): string {
  const from = 'cidr' in source ? `ip saddr ${source.cidr}` : `ip saddr @${groupSet(source.groupId)} ct status & dnat == 0`;
  return `${from} ${traffic(protocol, fromPort, toPort)} accept`.replaceAll('  ', ' ');
}

function traffic(protocol: FirewallRule['protocol'], fromPort: number, toPort: number): string {
  if (protocol === '-1') return '';
  if (protocol === 'icmp')
    return fromPort === -1 ? 'ip protocol icmp' : `icmp type ${fromPort}${toPort === -1 ? '' : ` icmp code ${toPort}`}`;
  if (fromPort === -1) return `ip protocol ${protocol}`;
  return `${protocol} dport ${fromPort === toPort ? fromPort : `${fromPort}-${toPort}`}`;
}

function named(kind: 'set' | 'map', name: string, type: string, elements: string[]): string {
  const content = elements.length > 0 ? ` elements = { ${elements.join(', ')} };` : '';
  return `  ${kind} ${name} { type ${type};${content} }`;
}

function chain(name: string, hook: string, rules: string[]): string {
  return [`  chain ${name} {`, ...[hook, ...rules].filter(Boolean).map((line) => `    ${line}`), '  }'].join('\n');
}

const groupSet = (id: string): string => `members_${id.replaceAll('-', '_')}`;
const groupName = (id: string): string => `group_${id.replaceAll('-', '_')}`;
const machineName = (id: string): string => `machine_${id.replaceAll('-', '_')}`;
