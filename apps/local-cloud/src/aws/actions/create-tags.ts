import type { CreateTagsCommandInput } from '@aws-sdk/client-ec2';
import type { Cloud } from '../cloud.js';
import { checkTagCount, readTags } from '../state/read-tags.js';
import { missingParameter } from '../wire/ec2-error.js';
import { findTagged } from './tagged-resources.js';

/** Adds tags and overwrites those of the same key, on all resources or none. */
export function createTags(input: CreateTagsCommandInput, cloud: Cloud): object {
  if (!input.Resources?.length) throw missingParameter('ResourceId');
  if (!input.Tags?.length) throw missingParameter('Tag');
  const added = readTags(input.Tags);
  const resources = findTagged(cloud, input.Resources);
  for (const { tags } of resources) checkTagCount({ ...tags, ...added });
  for (const { tags } of resources) Object.assign(tags, added);
  cloud.save();
  return {};
}
