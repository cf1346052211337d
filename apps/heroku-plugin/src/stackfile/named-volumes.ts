import type { Place } from './find-variables.js';
import type { Stackfile } from './stackfile.js';
import type { StackEntry } from './stack-node.js';
import { fieldOf, placeIn, type StackService, textOf } from './stack-services.js';

/** A volume of the top-level `volumes:`. */
export interface DeclaredVolume {
  readonly key: string;
  readonly file: string;
  readonly entry: StackEntry;
  /** Empty when none is named. */
  readonly driver: string;
  /** Made by somebody else: its driver is not this file's affair. */
  readonly isExternal: boolean;
}

/** The volumes that these files declare. @param fill replaces the variables of a text. */
export function declaredVolumes(stackfiles: readonly Stackfile[], fill: (text: string) => string): readonly DeclaredVolume[] {
  return stackfiles.flatMap(({ file, format, root }) => {
    const section = format === 'v1' ? undefined : fieldOf(root, 'volumes');
    if (section?.kind !== 'map') return [];
    return [...section.entries].map(([key, entry]) => {
      const external = fieldOf(entry.node, 'external');
      const isExternal = external !== undefined && !(external.kind === 'scalar' && external.value === false);
      return { key, file, entry, driver: fill(textOf(fieldOf(entry.node, 'driver')) ?? ''), isExternal };
    });
  });
}

/** The named volumes that a service mounts, by their keys, with their places. */
export function mountedVolumes(
  service: StackService,
  fill: (text: string) => string,
): readonly { readonly key: string; readonly place: Place }[] {
  const volumes = fieldOf(service.node, 'volumes');
  if (volumes?.kind !== 'list') return [];
  return volumes.items.flatMap((item) => {
    const place = placeIn(service, 'volumes', item);
    if (item.kind === 'map') {
      const key = textOf(fieldOf(item, 'source'));
      return textOf(fieldOf(item, 'type')) === 'volume' && key !== undefined ? [{ key: fill(key), place }] : [];
    }
    // A name begins with none of what paths begin with; a text without a colon is an anonymous volume.
    const [, key] = /^([a-zA-Z0-9][\w.-]*):/.exec(fill(textOf(item) ?? '')) ?? [];
    return key === undefined ? [] : [{ key, place }];
  });
}
