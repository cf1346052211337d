import type { ResourceType } from '@aws-sdk/client-ec2';
import type { Cloud } from '../cloud.js';
import type { Tags } from '../state/cloud-state.js';
import { isVisible } from '../state/find.js';
import { Ec2Error } from '../wire/ec2-error.js';

export interface TaggedResource {
  id: string;
  kind: ResourceType;
  tags: Tags;
}

/** Everything that can carry tags and is visible. The tags are the state's own objects: change them in place. */
export function taggedResources(cloud: Cloud): TaggedResource[] {
  const { instances, volumes, snapshots, securityGroups, addresses } = cloud.state;
  return [
    ...Object.values(instances)
      .filter(isVisible)
      .map(({ id, tags }) => ({ id, kind: 'instance' as const, tags })),
    ...Object.values(instances)
      .filter((instance) => isVisible(instance) && instance.state !== 'terminated')
      .map(({ interfaceId, interfaceTags }) => ({ id: interfaceId, kind: 'network-interface' as const, tags: interfaceTags })),
    ...Object.values(volumes)
      .filter(isVisible)
      .map(({ id, tags }) => ({ id, kind: 'volume' as const, tags })),
    ...Object.values(snapshots)
      .filter(isVisible)
      .map(({ id, tags }) => ({ id, kind: 'snapshot' as const, tags })),
    ...Object.values(securityGroups)
      .filter(isVisible)
      .map(({ id, tags }) => ({ id, kind: 'security-group' as const, tags })),
    ...Object.values(addresses)
      .filter(isVisible)
      .map(({ allocationId, tags }) => ({ id: allocationId, kind: 'elastic-ip' as const, tags })),
  ];
}

const NOT_FOUND: Record<string, string> = {
  i: 'InvalidInstanceID.NotFound',
  vol: 'InvalidVolume.NotFound',
  snap: 'InvalidSnapshot.NotFound',
  sg: 'InvalidGroup.NotFound',
  eni: 'InvalidNetworkInterfaceID.NotFound',
  eipalloc: 'InvalidAllocationID.NotFound',
};

/** @throws Ec2Error with the code that belongs to the kind of the id, or `InvalidID`. */
export function findTagged(cloud: Cloud, ids: string[]): TaggedResource[] {
  const byId = new Map(taggedResources(cloud).map((resource) => [resource.id, resource]));
  return ids.map((id) => {
    const resource = byId.get(id);
    if (resource) return resource;
    throw new Ec2Error(NOT_FOUND[id.split('-')[0] ?? ''] ?? 'InvalidID', `The ID '${id}' is not valid`);
  });
}
