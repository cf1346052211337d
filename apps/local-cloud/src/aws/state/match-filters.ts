import type { Filter } from '@aws-sdk/client-ec2';
import { invalidValue } from '../wire/ec2-error.js';
import type { Tags } from './cloud-state.js';

/** How one filter reads a resource: a value, several (any of them may match), or nothing. */
export type FilterFields<T> = Record<string, (resource: T) => string | string[] | null>;

/**
 * Applies EC2's filters: all filters must match, any value of one is enough, `*` and `?` are wildcards, a backslash takes their meaning away.
 * @throws Ec2Error `InvalidParameterValue` for a filter that is not served here, rather than ignoring it.
 */
export function matchFilters<T>(
  resources: T[],
  filters: Filter[] | undefined,
  fields: FilterFields<T>,
  tagsOf: (resource: T) => Tags,
): T[] {
  const checks = (filters ?? []).map((filter) => {
    const name = filter.Name ?? '';
    const read = readerOf(name, fields, tagsOf);
    const patterns = (filter.Values ?? []).map(wildcard);
    if (patterns.length === 0) throw invalidValue(`The filter '${name}' requires at least one value`);
    return (resource: T): boolean => [read(resource) ?? []].flat().some((value) => patterns.some((pattern) => pattern.test(value)));
  });
  return resources.filter((resource) => checks.every((check) => check(resource)));
}

function readerOf<T>(name: string, fields: FilterFields<T>, tagsOf: (resource: T) => Tags): FilterFields<T>[string] {
  if (name.startsWith('tag:')) return (resource) => tagsOf(resource)[name.slice('tag:'.length)] ?? null;
  if (name === 'tag-key') return (resource) => Object.keys(tagsOf(resource));
  if (name === 'tag-value') return (resource) => Object.values(tagsOf(resource));
  const field = fields[name];
  if (!field) throw invalidValue(`The filter '${name}' is invalid`);
  return field;
}

function wildcard(pattern: string): RegExp {
  const source = pattern.replace(/\\([*?\\])|[*?]|[.+^${}()|[\]\\]/g, (char, escaped: string | undefined) => {
    if (escaped !== undefined) return `\\${escaped}`;
    if (char === '*') return '.*';
    return char === '?' ? '.' : `\\${char}`;
  });
  return new RegExp(`^${source}$`, 's');
}
