import type { Filter, Tag, TagSpecification } from '@aws-sdk/client-ec2';

/** Tag names are data that other tools and the orphan sweep rely on: renaming one is a migration. */
const environmentTag = 'dockhero:environment';
const resourceTag = 'dockhero:resource';
export const hostTag = 'dockhero:host';

export interface Owner {
  /** Which installation of Dockhero this is: an environment touches only what carries its own name. */
  readonly environment: string;
  readonly resourceId: string;
  readonly hostId?: string;
}

/** Tags for everything we create, given in the creating call: nothing of ours is ever untagged. */
export function tagsFor(owner: Owner, name: string): Tag[] {
  return [
    { Key: 'Name', Value: name },
    { Key: environmentTag, Value: owner.environment },
    { Key: resourceTag, Value: owner.resourceId },
    ...(owner.hostId ? [{ Key: hostTag, Value: owner.hostId }] : []),
  ];
}

export function tagSpecifications(kinds: readonly TagSpecification['ResourceType'][], tags: Tag[]): TagSpecification[] {
  return kinds.map((ResourceType) => ({ ResourceType, Tags: tags }));
}

export function ownedBy(environment: string, resourceId?: string): Filter[] {
  return [
    { Name: `tag:${environmentTag}`, Values: [environment] },
    ...(resourceId ? [{ Name: `tag:${resourceTag}`, Values: [resourceId] }] : []),
  ];
}

export function tagValue(tags: Tag[] | undefined, key: string): string | null {
  return tags?.find((tag) => tag.Key === key)?.Value ?? null;
}

export function resourceIdOf(tags: Tag[] | undefined): string | null {
  return tagValue(tags, resourceTag);
}
