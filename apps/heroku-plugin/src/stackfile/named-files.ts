import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { Stackfile } from './stackfile.js';
import type { MapNode, StackNode } from './stack-node.js';

/** Another file that a stackfile names. */
export interface NamedFile {
  /** As written. */
  readonly file: string;
  /** On this machine, and its name is known before variables are. */
  readonly isLocal: boolean;
}

/** Files under `extends.file` and `include`. */
export function namedStackfiles(root: MapNode): readonly NamedFile[] {
  const extended = services(root).map((service) => child(child(service, 'extends'), 'file'));
  const included = includes(root).map((item) => (item.kind === 'map' ? child(item, 'path') : item));
  return [...extended, ...included].flatMap((node) => texts(node).map(named));
}

/** Files under the `env_file` of services. */
export function namedEnvFiles({ root, format }: Stackfile): readonly NamedFile[] {
  const all = format === 'v1' ? [...root.entries.values()].map(({ node }) => node) : services(root);
  return all.flatMap((service) => {
    const node = child(service, 'env_file');
    const items = node?.kind === 'list' ? node.items : [node];
    return items.flatMap((item) => texts(item?.kind === 'map' ? child(item, 'path') : item).map(named));
  });
}

/** Where a file that a stackfile names is, seen from where the stackfile's own name starts. */
export function besides(stackfile: string, file: string): string {
  return isAbsolute(file) ? file : join(dirname(stackfile), file);
}

/**
 * True when compose will read more than these stackfiles: standard input, a file from elsewhere or that was not found here, or an `include` with
 * variables of its own. What such a file takes from the environment is not known.
 * @param files what was to be read, by the user's own names.
 */
export function readsMore(stackfiles: readonly Stackfile[], files: readonly string[], directory: string): boolean {
  const known = new Set(stackfiles.map(({ file }) => resolve(directory, file)));
  return (
    files.includes('-') ||
    stackfiles.some(
      ({ root, file: from }) =>
        includes(root).some((item) => child(item, 'env_file') !== undefined) ||
        namedStackfiles(root).some(({ file, isLocal }) => !isLocal || !known.has(resolve(directory, besides(from, file)))),
    )
  );
}

function named(file: string): NamedFile {
  return { file, isLocal: !file.includes('$') && !/^\w+:\/\/|^git@|^github\.com\//.test(file) };
}

function services(root: MapNode): readonly StackNode[] {
  const section = root.entries.get('services')?.node ?? root;
  return section.kind === 'map' ? [...section.entries.values()].map(({ node }) => node) : [];
}

function includes(root: MapNode): readonly StackNode[] {
  const include = root.entries.get('include')?.node;
  return include?.kind === 'list' ? include.items : [];
}

function texts(node: StackNode | undefined): readonly string[] {
  const items = node?.kind === 'list' ? node.items : [node];
  return items.flatMap((item) => (item?.kind === 'scalar' && typeof item.value === 'string' ? [item.value] : []));
}

function child(node: StackNode | undefined, key: string): StackNode | undefined {
  return node?.kind === 'map' ? node.entries.get(key)?.node : undefined;
}
