import { describe, expect, it } from 'vitest';
import { firewallRules, type FirewallInput, type FirewallRule } from './firewall-rules.js';

const machine = { id: 'i-1', privateAddress: '10.88.0.10', publicAddress: '10.88.128.1', groupIds: ['sg-1'], cut: false };
const anywhere = { cidr: '0.0.0.0/0' };
const rulesFor = (change: Partial<FirewallInput> = {}): string =>
  firewallRules({ uplink: 'uplink', gatewayAddress: '10.88.255.1', machines: [machine], groups: [{ id: 'sg-1', rules: [] }], ...change });
const allowing = (rule: FirewallRule): string => rulesFor({ groups: [{ id: 'sg-1', rules: [rule] }] });

describe('firewallRules', () => {
  it('lets nothing in that no group allows, and always replaces everything', () => {
    const rules = rulesFor();
    expect(rules.startsWith('table inet local_cloud {}\ndelete table inet local_cloud\n')).toBe(true);
    expect(rules).toContain('type filter hook forward priority filter; policy drop;');
    expect(rules).toContain('  chain group_sg_1 {\n  }');
    expect(rules).toContain('  chain machine_i_1 {\n    jump group_sg_1\n  }');
  });

  it('maps public addresses both ways', () => {
    expect(rulesFor()).toContain('map public_to_private { type ipv4_addr : ipv4_addr; elements = { 10.88.128.1 : 10.88.0.10 }; }');
    expect(rulesFor()).toContain('map private_to_public { type ipv4_addr : ipv4_addr; elements = { 10.88.0.10 : 10.88.128.1 }; }');
  });

  it('writes no empty element lists, which nft refuses', () => {
    expect(rulesFor({ machines: [], groups: [] })).not.toContain('elements');
    expect(rulesFor({ machines: [{ ...machine, publicAddress: null }] })).toContain(
      'map public_to_private { type ipv4_addr : ipv4_addr; }',
    );
  });

  it.each<[string, FirewallRule, string]>([
    ['one port', { protocol: 'tcp', fromPort: 2376, toPort: 2376, source: anywhere }, 'ip saddr 0.0.0.0/0 tcp dport 2376 accept'],
    ['a range', { protocol: 'udp', fromPort: 1, toPort: 9, source: anywhere }, 'ip saddr 0.0.0.0/0 udp dport 1-9 accept'],
    ['everything', { protocol: '-1', fromPort: -1, toPort: -1, source: anywhere }, 'ip saddr 0.0.0.0/0 accept'],
    ['ping', { protocol: 'icmp', fromPort: 8, toPort: -1, source: anywhere }, 'ip saddr 0.0.0.0/0 icmp type 8 accept'],
    ['any icmp', { protocol: 'icmp', fromPort: -1, toPort: -1, source: anywhere }, 'ip saddr 0.0.0.0/0 ip protocol icmp accept'],
  ])('allows %s', (_what, rule, line) => {
    expect(allowing(rule)).toContain(`    ${line}\n`);
  });

  it('takes members of a group by their private addresses only', () => {
    const rules = allowing({ protocol: '-1', fromPort: -1, toPort: -1, source: { groupId: 'sg-1' } });
    expect(rules).toContain('set members_sg_1 { type ipv4_addr; elements = { 10.88.0.10 }; }');
    expect(rules).toContain('ip saddr @members_sg_1 ct status & dnat == 0 accept');
  });

  it('lets instances out to the gateway and to nothing else of this machine', () => {
    expect(rulesFor().match(/oifname .* accept/g)).toEqual(['oifname "uplink" ip daddr 10.88.255.1 accept']);
  });

  it('drops all packets of a machine that is cut off, also of connections that exist', () => {
    const rules = rulesFor({ machines: [{ ...machine, cut: true }] });
    expect(rules).toContain('set cut { type ipv4_addr; elements = { 10.88.0.10 }; }');
    expect(rules.indexOf('ip saddr @cut drop')).toBeLessThan(rules.indexOf('ct state established'));
  });
});
