import { describe, expect, it } from 'vitest';
import { clusterFirewall } from './cluster-firewall.js';

const rules = clusterFirewall('sg-1');
const isOpen = (protocol: string, port: number) =>
  rules.some(
    ({ IpProtocol, FromPort = 0, ToPort = 0, IpRanges }) =>
      IpProtocol === protocol && FromPort <= port && port <= ToPort && IpRanges?.some(({ CidrIp }) => CidrIp === '0.0.0.0/0'),
  );

describe('the firewall of a cluster', () => {
  it('opens everything that a stack may publish, and Docker’s API, to everybody', () => {
    for (const port of [1, 22, 80, 443, 2375, 2376, 2378, 4789, 7945, 7947, 8080, 65_535])
      expect(isOpen('tcp', port), `tcp ${port}`).toBe(true);
    for (const port of [1, 53, 2377, 4788, 4790, 7945, 7947, 65_535]) expect(isOpen('udp', port), `udp ${port}`).toBe(true);
  });

  it('keeps Swarm’s own ports from everybody', () => {
    for (const port of [2377, 7946]) expect(isOpen('tcp', port), `tcp ${port}`).toBe(false);
    for (const port of [4789, 7946]) expect(isOpen('udp', port), `udp ${port}`).toBe(false);
  });

  it('lets the cluster’s own hosts speak freely among themselves', () => {
    expect(rules).toContainEqual({ IpProtocol: '-1', UserIdGroupPairs: [{ GroupId: 'sg-1' }] });
  });

  it('has ranges that EC2 accepts, and stays far below its limit of 60 rules', () => {
    for (const { IpProtocol, FromPort = 0, ToPort = 0 } of rules.filter(
      ({ IpProtocol: protocol }) => protocol === 'tcp' || protocol === 'udp',
    )) {
      expect(FromPort, IpProtocol).toBeLessThanOrEqual(ToPort);
      expect([FromPort, ToPort].every((port) => port >= 1 && port <= 65_535)).toBe(true);
    }
    expect(rules.length).toBeLessThan(60);
  });
});
