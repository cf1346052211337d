import type { Tag, TagSpecification } from '@aws-sdk/client-ec2';
import { Ec2Error, invalidValue } from '../wire/ec2-error.js';
import type { Tags } from './cloud-state.js';

const TAGS_MAX = 50;
const KEY_MAX = 128;
const VALUE_MAX = 256;

/** Tags for one kind of resource out of a request's specifications. @throws Ec2Error when AWS would not take them. */
export function readTagSpecifications(specifications: TagSpecification[] | undefined, kind: string): Tags {
  return readTags((specifications ?? []).filter((s) => s.ResourceType === kind).flatMap((s) => s.Tags ?? []));
}

/** @throws Ec2Error `InvalidParameterValue` or `TagLimitExceeded`. */
export function readTags(list: Tag[]): Tags {
  const tags: Tags = {};
  for (const { Key: key, Value: value = '' } of list) {
    if (!key || key.length > KEY_MAX) throw invalidValue(`Tag key must be 1 to ${KEY_MAX} characters long.`);
    if (/^aws:/i.test(key)) throw invalidValue(`Tag keys starting with 'aws:' are reserved for internal use`);
    if (value.length > VALUE_MAX) throw invalidValue(`Tag value exceeds the maximum length of ${VALUE_MAX} characters`);
    if (key in tags) throw invalidValue(`Duplicate tag key '${key}' specified.`);
    tags[key] = value;
  }
  checkTagCount(tags);
  return tags;
}

export function checkTagCount(tags: Tags): void {
  if (Object.keys(tags).length > TAGS_MAX)
    throw new Ec2Error('TagLimitExceeded', `The maximum number of Tags for a resource has been reached.`);
}

export function writeTags(tags: Tags): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
