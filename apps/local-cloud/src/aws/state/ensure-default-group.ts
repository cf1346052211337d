import type { Cloud } from '../cloud.js';
import { newId } from './new-id.js';

/** Every VPC has a group named `default`, whose members reach each other. Instances launched without a group get it. */
export function ensureDefaultGroup(cloud: Cloud): void {
  const { state, network } = cloud;
  const id = network.defaultGroupId;
  state.securityGroups[id] ??= {
    id,
    name: 'default',
    description: 'default VPC security group',
    rules: [{ id: newId('sgr'), protocol: '-1', fromPort: -1, toPort: -1, source: { groupId: id }, description: null }],
    tags: {},
    visibleAtMs: 0,
  };
  cloud.save();
}
