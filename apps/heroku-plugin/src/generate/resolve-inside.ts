import { lstat, realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';

/** A path that would leave the folder it belongs to. */
export class UnsafePathError extends Error {}

/**
 * Where a template's file goes, or comes from: always below `root`, however `root` itself is reached.
 * @param file as a template names it: relative, with `/`
 * @throws UnsafePathError for absolute paths (also those of Windows), `..`, and when a link on the way leads out of `root`.
 */
export async function resolveInside(root: string, file: string): Promise<string> {
  const parts = file.split('/');
  const isPlain = parts.every((part) => part !== '' && part !== '.' && part !== '..' && !/[\\:\0]/.test(part));
  if (!isPlain || isAbsolute(file)) throw new UnsafePathError(`"${file}" is not a path below the current folder. Nothing was written.`);
  const realRoot = await realpath(root);
  for (let depth = 1; depth <= parts.length; depth++) {
    const path = join(realRoot, ...parts.slice(0, depth));
    const stats = await lstat(path).catch(() => null);
    if (stats === null) break; // nothing below it exists either
    if (stats.isSymbolicLink()) await assertLinkStays(realRoot, path, file);
  }
  return join(realRoot, ...parts);
}

async function assertLinkStays(realRoot: string, link: string, file: string): Promise<void> {
  // A link to nowhere is refused too: writing through it would make a file wherever it points.
  const target = await realpath(link).catch(() => null);
  const way = target === null ? '..' : relative(realRoot, target);
  if (way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)) {
    throw new UnsafePathError(
      `"${file}" would be written through a link that leads out of the current folder. Remove the link, then try again.`,
    );
  }
}
