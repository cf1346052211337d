import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { mentionedInEnvFile } from '../stackfile/mentioned-names.js';
import { besides, namedEnvFiles, readsMore } from '../stackfile/named-files.js';
import type { Stackfile } from '../stackfile/stackfile.js';

/** What else than the stackfiles themselves takes from the environment. */
export interface MentionedNames {
  readonly names: ReadonlySet<string>;
  /** False when there are files that cannot be looked into before compose does: then nobody knows all the names. */
  readonly isComplete: boolean;
}

export interface NameSources {
  readonly stackfiles: readonly Stackfile[];
  /** What was to be read as stackfiles. */
  readonly files: readonly string[];
  /** `.env` and its like. */
  readonly envFiles: readonly string[];
  /** The project's folder: relative paths in stackfiles start there, or beside the file, depending on who reads them. */
  readonly project: string;
  readonly folder: string;
}

/** Looks into the env files. What is not there is left for compose to complain of. */
export async function readMentionedNames({ stackfiles, files, envFiles, project, folder }: NameSources): Promise<MentionedNames> {
  const named = stackfiles.flatMap((stackfile) => namedEnvFiles(stackfile).map((one) => ({ ...one, from: stackfile.file })));
  const paths = new Set([
    ...envFiles,
    ...named.flatMap(({ file, from }) => [resolve(project, file), resolve(folder, besides(from, file))]),
  ]);
  const texts = await Promise.all([...paths].map((path) => readFile(path, 'utf8').catch(() => '')));
  return {
    names: new Set(texts.flatMap(mentionedInEnvFile)),
    isComplete: named.every(({ isLocal }) => isLocal) && !readsMore(stackfiles, files, folder),
  };
}
