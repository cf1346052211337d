import { textValues, type Place, type TextValue } from './find-variables.js';
import type { Stackfile } from './stackfile.js';
import type { MapNode, StackNode } from './stack-node.js';

export interface StackService {
  readonly name: string;
  readonly stackfile: Stackfile;
  readonly node: MapNode;
  /** Its texts and valueless keys. `place.keys` starts with `services`, whatever the format. */
  readonly texts: readonly TextValue[];
}

/** The services of these files; one that stands in several files comes several times. */
export function servicesOf(stackfiles: readonly Stackfile[]): readonly StackService[] {
  return stackfiles.flatMap((stackfile) => {
    const isV1 = stackfile.format === 'v1';
    const section = isV1 ? stackfile.root : stackfile.root.entries.get('services')?.node;
    if (section?.kind !== 'map') return [];
    const texts = textValues(stackfile).map((value) => (isV1 ? withSection(value) : value));
    return [...section.entries].flatMap(([name, { node }]) => {
      if (node.kind !== 'map') return [];
      return [{ name, stackfile, node, texts: texts.filter(({ place: { keys } }) => keys[0] === 'services' && keys[1] === name) }];
    });
  });
}

function withSection(value: TextValue): TextValue {
  return { ...value, place: { ...value.place, keys: ['services', ...value.place.keys] } };
}

/** Where a field of a service, or an item of its list, stands. */
export function placeIn({ name, stackfile }: StackService, field: string, { position }: Pick<StackNode, 'position'>): Place {
  return { file: stackfile.file, position, path: `${name}.${field}`, keys: ['services', name, field] };
}

export function fieldOf(node: StackNode, key: string): StackNode | undefined {
  return node.kind === 'map' ? node.entries.get(key)?.node : undefined;
}

/** A text or number as text; undefined for all else. */
export function textOf(node: StackNode | undefined): string | undefined {
  if (node?.kind !== 'scalar' || node.value === null || typeof node.value === 'boolean') return undefined;
  return String(node.value);
}
