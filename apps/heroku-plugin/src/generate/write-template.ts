import { lstat, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { resolveInside } from './resolve-inside.js';
import type { Template } from './template.js';

/** One file of a template: what to write where. */
export interface PlannedFile {
  /** As the template names it. */
  readonly file: string;
  /** Absolute. */
  readonly path: string;
  readonly content: Buffer;
  readonly exists: boolean;
}

/**
 * Reads the template and looks where its files would go; writes nothing.
 * @throws UnsafePathError before anything is written
 * @throws Error when a folder stands where a file must go.
 */
export async function planFiles(template: Template, folder: string): Promise<PlannedFile[]> {
  return await Promise.all(
    template.files.map(async (file) => {
      const content = await readFile(await resolveInside(template.folder, file));
      const path = await resolveInside(folder, file);
      const stats = await lstat(path).catch(() => null);
      if (stats?.isDirectory())
        throw new Error(`${file} is a folder here, and the template needs a file of that name. Move it away, then try again.`);
      return { file, path, content, exists: stats !== null };
    }),
  );
}

/** @param overwrite whether files that exist may be replaced; otherwise one that appeared meanwhile is an error (`EEXIST`). */
export async function writeFiles(planned: readonly PlannedFile[], overwrite: boolean): Promise<void> {
  for (const { path, content } of planned) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content, { flag: overwrite ? 'w' : 'wx' });
  }
}
