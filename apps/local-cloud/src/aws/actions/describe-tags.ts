import type { DescribeTagsCommandInput, DescribeTagsCommandOutput } from '@aws-sdk/client-ec2';
import type { Answer } from './action.js';
import type { Cloud } from '../cloud.js';
import { matchFilters } from '../state/match-filters.js';
import { paginate } from '../state/paginate.js';
import { taggedResources } from './tagged-resources.js';

export function describeTags(input: DescribeTagsCommandInput, cloud: Cloud): Answer<DescribeTagsCommandOutput> {
  const all = taggedResources(cloud).flatMap(({ id, kind, tags }) =>
    Object.entries(tags).map(([key, value]) => ({ id, kind, key, value })),
  );
  const fields = {
    'resource-id': (tag: { id: string }) => tag.id,
    'resource-type': (tag: { kind: string }) => tag.kind,
    key: (tag: { key: string }) => tag.key,
    value: (tag: { value: string }) => tag.value,
  };
  const matching = matchFilters(all, input.Filters, fields, ({ key, value }) => ({ [key]: value }));
  const { page, ...token } = paginate(matching, input, undefined, ({ id, key }) => `${id} ${key}`);
  return { Tags: page.map(({ id, kind, key, value }) => ({ ResourceId: id, ResourceType: kind, Key: key, Value: value })), ...token };
}
