import { basename, dirname, resolve } from 'node:path';
import { PluginError } from '../plugin-error.js';

export const stackfileName = 'dockhero-compose.yml';

export interface StackfileChoice {
  /** What the plugin puts before the user's own arguments: nothing, or the option that names the stackfile. */
  readonly option: readonly string[];
  /** All that will be read, in the order in which later ones override. */
  readonly files: readonly string[];
}

/**
 * Puts `dockhero-compose.yml` before the user's files, so that his override it. Not when he names it himself, and not when there is none.
 * @param option what the client calls it, e.g. `--file`.
 * @throws PluginError when there is no stackfile at all.
 */
export function chooseStackfiles(
  files: readonly string[],
  option: string,
  folder: string,
  exists: (path: string) => boolean,
): StackfileChoice {
  const own = resolve(folder, stackfileName);
  if (files.some((file) => file !== '-' && resolve(folder, file) === own)) return { option: [], files };
  if (exists(own)) return { option: [option, stackfileName], files: [stackfileName, ...files] };
  if (files.length > 0) return { option: [], files };
  throw new PluginError(
    `${stackfileName} is not found in ${basename(folder) || folder}. Create it, go to the folder that holds it, or take a ready-made one: heroku dh:generate helloworld`,
  );
}

/** The folder that relative paths start from, and where `.env` is: that of the first file, unless the user says otherwise. */
export function projectFolder(files: readonly string[], projectDirectory: string | undefined, folder: string): string {
  if (projectDirectory !== undefined) return resolve(folder, projectDirectory);
  const [first] = files;
  return first === undefined || first === '-' ? folder : dirname(resolve(folder, first));
}
