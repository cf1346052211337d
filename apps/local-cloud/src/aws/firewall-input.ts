import type { FirewallInput } from '../machine/firewall-rules.js';
import type { Cloud } from './cloud.js';
import { publicAddressOf } from './state/public-address.js';

/** What the firewall must know of the cloud's state: living instances, where they are reached, and what may reach them. */
export function firewallInput(cloud: Cloud): Pick<FirewallInput, 'machines' | 'groups'> {
  const { instances, securityGroups } = cloud.state;
  const living = Object.values(instances).filter(({ state }) => ['pending', 'running', 'stopping'].includes(state));
  const groups = Object.values(securityGroups);
  const known = new Set(groups.map(({ id }) => id));
  return {
    machines: living.map((instance) => ({
      id: instance.id,
      privateAddress: instance.privateAddress,
      publicAddress: publicAddressOf(cloud, instance),
      groupIds: instance.groupIds.filter((id) => known.has(id)),
      cut: instance.cut,
    })),
    groups: groups.map(({ id, rules }) => ({ id, rules })),
  };
}
