import type { IpPermission } from '@aws-sdk/client-ec2';

/** Swarm's own ports: management, gossip, overlay data. Open among the cluster's hosts only. */
const swarmPorts = { tcp: [2377, 7946], udp: [4789, 7946] } as const;

/**
 * The rules of a cluster's group. Whatever a stack publishes is reachable, as in the original; Docker's API (2376) is among it and
 * guarded by mutual TLS; Swarm's ports are left out for everybody but the cluster's own hosts.
 */
export function clusterFirewall(groupId: string): IpPermission[] {
  const everywhere = [{ CidrIp: '0.0.0.0/0' }];
  const open = (['tcp', 'udp'] as const).flatMap((protocol) =>
    rangesWithout(swarmPorts[protocol]).map(([FromPort, ToPort]) => ({ IpProtocol: protocol, FromPort, ToPort, IpRanges: everywhere })),
  );
  return [
    ...open,
    { IpProtocol: 'icmp', FromPort: -1, ToPort: -1, IpRanges: everywhere },
    { IpProtocol: '-1', UserIdGroupPairs: [{ GroupId: groupId }] },
  ];
}

/** Ports 1 to 65535 less some, as ranges. */
function rangesWithout(closed: readonly number[]): [number, number][] {
  const edges = [0, ...closed.toSorted((a, b) => a - b), 65_536];
  return edges.slice(1).map((edge, index): [number, number] => [(edges[index] ?? 0) + 1, edge - 1]);
}
