import type { Filter, Tag, TagSpecification } from '@aws-sdk/client-ec2';

/** Tag names are data that other tools and the orphan sweep rely on: renaming one is a migration. */
const environmentTag = 'dockhero:environment';
const resourceTag = 'dockhero:resource';
export const hostTag = 'dockhero:host';
export const volumeTag = 'dockhero:volume';
export const generationTag = 'dockhero:generation';
/** Finds what an earlier call with the same ClientToken has made: EC2 cannot be asked for a disk by its token. */
export const tokenTag = 'dockhero:token';
/** Finds what a lost answer has made: EC2 takes no ClientToken for snapshots. */
export const backupTag = 'dockhero:backup';

/** On a disk that is there to verify a backup: the backup's id. */
export const verificationTag = 'dockhero:verification';

export interface Owner {
  /** Which installation of Dockhero this is: an environment touches only what carries its own name. */
  readonly environment: string;
  readonly resourceId: string;
  readonly hostId?: string;
  readonly volumeId?: string;
  readonly generation?: number;
  readonly token?: string;
  readonly backupId?: string;
  readonly verifiedBackupId?: string;
}

/** Tags for everything we create, given in the creating call: nothing of ours is ever untagged. */
export function tagsFor(owner: Owner, name: string): Tag[] {
  const tags: [string, string | undefined][] = [
    ['Name', name],
    [environmentTag, owner.environment],
    [resourceTag, owner.resourceId],
    [hostTag, owner.hostId],
    [volumeTag, owner.volumeId],
    [generationTag, owner.generation?.toString()],
    [tokenTag, owner.token],
    [backupTag, owner.backupId],
    [verificationTag, owner.verifiedBackupId],
  ];
  return tags.flatMap(([Key, Value]) => (Value === undefined ? [] : [{ Key, Value }]));
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

export function tagged(key: string, value: string): Filter {
  return { Name: `tag:${key}`, Values: [value] };
}

export function tagValue(tags: Tag[] | undefined, key: string): string | null {
  return tags?.find((tag) => tag.Key === key)?.Value ?? null;
}

export function resourceIdOf(tags: Tag[] | undefined): string | null {
  return tagValue(tags, resourceTag);
}
