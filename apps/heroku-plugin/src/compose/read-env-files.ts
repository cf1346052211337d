import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Variables } from '../env.js';
import type { ComposeTool } from '../stackfile/compose-tool.js';
import { parseDotenv } from '../stackfile/dotenv-file.js';

/** The files of `--env-file`, else the project's `.env`. */
export function envFilePaths(named: readonly string[], project: string, folder: string): readonly string[] {
  return named.length > 0 ? named.map((file) => resolve(folder, file)) : [resolve(project, '.env')];
}

/**
 * What the project's `.env` says, or the files of `--env-file` (later ones win). A `.env` need not exist; a file that was named and is not there is
 * left for compose to complain of.
 * @throws StackfileError for a line that cannot be read.
 */
export async function readEnvFiles(
  named: readonly string[],
  project: string,
  folder: string,
  shell: Variables,
  tool: ComposeTool,
): Promise<Variables> {
  const paths = envFilePaths(named, project, folder);
  const found: Record<string, string> = {};
  for (const [index, path] of paths.entries()) {
    const text = await readFile(path, 'utf8').catch(() => null);
    if (text === null) continue;
    const values = parseDotenv(text, (name) => shell[name] ?? found[name], named[index] ?? '.env', tool);
    for (const [name, value] of values) found[name] = value;
  }
  return found;
}
