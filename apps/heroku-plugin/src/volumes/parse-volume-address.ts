import { PluginError } from '../plugin-error.js';
import { volumeName } from './volume-name.js';

/** A place in a volume: `dh://data/uploads/a.png`. */
export interface VolumeAddress {
  readonly volume: string;
  /** Names from the volume's root down; empty for the root. */
  readonly path: readonly string[];
  /** Written with a slash at its end, or the root: what is in the folder is meant, not the folder. */
  readonly meansContents: boolean;
}

const form = new RegExp(`^dh://(${volumeName.source})(/.*)?$`, 's');

/** @throws PluginError with the right form. */
export function parseVolumeAddress(text: string): VolumeAddress {
  const [, volume, rest = ''] = form.exec(text) ?? [];
  if (volume === undefined)
    throw new PluginError(`${text} is no place in a volume. Write dh://VOLUME/PATH, such as dh://dockhero_data/uploads.`);
  const path = rest.split('/').filter((name) => name !== '' && name !== '.');
  if (path.includes('..')) throw new PluginError(`${text} has .. in it: write where it leads to.`);
  return { volume, path, meansContents: path.length === 0 || /\/\.?$/.test(rest) };
}

/** As it is written. */
export function formatVolumeAddress(volume: string, path: readonly string[]): string {
  return `dh://${[volume, ...path].join('/')}`;
}
