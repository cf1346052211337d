import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { besides, namedStackfiles } from './named-files.js';
import type { Stackfile } from './stackfile.js';
import { StackfileError } from './stackfile-error.js';

/**
 * Reads stackfiles (`-f` in its order) and, behind them, the files that they name under `extends` and `include`.
 * Of these, what cannot be found is left out: compose says it better. `-` (standard input) is compose's alone and left out too.
 * @param directory relative paths start here
 * @throws StackfileError
 */
export async function readStackfiles(files: readonly string[], directory = '.'): Promise<readonly Stackfile[]> {
  if (files.length === 0) return [];
  // Its YAML library takes most of the time that these modules take to load, and a call without stackfiles needs none.
  const { parseStackfile } = await import('./parse-stackfile.js');
  const stackfiles: Stackfile[] = [];
  const seen = new Set<string>();
  const waiting = files.filter((file) => file !== '-').map((file) => ({ file, named: true }));
  for (let next = waiting.shift(); next && seen.size < mostFiles; next = waiting.shift()) {
    const path = resolve(directory, next.file);
    if (seen.has(path)) continue;
    seen.add(path);
    const text = await readText(path, next.file, next.named);
    if (text === undefined) continue;
    const documents = parseStackfile(text, next.file);
    stackfiles.push(...documents);
    for (const { file, isLocal } of documents.flatMap((document) => namedStackfiles(document.root))) {
      if (isLocal) waiting.push({ file: besides(next.file, file), named: false });
    }
  }
  return stackfiles;
}

/** Enough for anyone; ends a chain of files that name each other by ever new paths. */
const mostFiles = 100;

async function readText(path: string, file: string, named: boolean): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).replace(/^\uFEFF/, '');
  } catch (error) {
    if (!named) return undefined;
    const code = (error as NodeJS.ErrnoException).code;
    const reason =
      code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : `it cannot be read (${code ?? 'unknown'})`;
    throw new StackfileError(file, undefined, reason);
  }
}
