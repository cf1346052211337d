import type { DeleteTagsCommandInput } from '@aws-sdk/client-ec2';
import type { Cloud } from '../cloud.js';
import { missingParameter } from '../wire/ec2-error.js';
import { findTagged } from './tagged-resources.js';

/** Removes tags by key, or by key and value if a value is given; all of them without a list. Absent tags are no error. */
export function deleteTags(input: DeleteTagsCommandInput, cloud: Cloud): object {
  if (!input.Resources?.length) throw missingParameter('ResourceId');
  for (const { tags } of findTagged(cloud, input.Resources)) {
    const removed = input.Tags ?? Object.keys(tags).map((Key) => ({ Key, Value: undefined }));
    for (const { Key: key, Value: value } of removed) {
      if (key !== undefined && (value === undefined || tags[key] === value)) delete tags[key];
    }
  }
  cloud.save();
  return {};
}
