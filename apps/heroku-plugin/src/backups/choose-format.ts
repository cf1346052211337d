import { PluginError } from '../plugin-error.js';

interface Wanted {
  readonly file: string;
  readonly format: string | undefined;
  readonly path: string | undefined;
}

/** What a download becomes, by what was said or by the file's name. @throws PluginError for what contradicts itself. */
export function chooseFormat({ file, format, path }: Wanted): 'raw' | 'tar' {
  if (format === 'raw' && path !== undefined) throw new PluginError('A raw image is of the whole disk: --path goes with --format tar.');
  if (format === 'raw' && file === '-')
    throw new PluginError('A raw image has holes and goes into a file: name one, or take --format tar.');
  if (format === 'raw' || format === 'tar') return format;
  if (/\.(?:tgz|tar\.\w+)$/i.test(file)) {
    throw new PluginError(`Nothing is compressed here: name a file that ends in .tar, or send the archive on, as in … - | gzip > ${file}`);
  }
  if (path !== undefined && /\.(?:img|raw)$/i.test(file))
    throw new PluginError(`A part of a volume comes as a tar, and ${file} looks like an image: name a file that ends in .tar.`);
  return path !== undefined || file === '-' || /\.tar$/i.test(file) ? 'tar' : 'raw';
}
