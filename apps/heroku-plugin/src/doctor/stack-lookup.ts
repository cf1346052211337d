import { readEnvFiles } from '../compose/read-env-files.js';
import type { Variables } from '../env.js';
import type { AppInfo } from '../heroku/app-source.js';

/**
 * The value that each variable of the stackfile has for `dh:compose`: the shell's, else Heroku's, else that of `.env`.
 * @throws StackfileError when `.env` cannot be read as one.
 */
export async function stackLookup(
  folder: string,
  shell: Variables,
  config: Variables,
  app: AppInfo | null,
): Promise<(name: string) => string | undefined> {
  const dotenv = await readEnvFiles([], folder, folder, shell, 'compose');
  const ofApp: Variables = app ? { HEROKU_APP_NAME: app.name, HEROKU_APP_URL: app.webUrl } : {};
  return (name) => shell[name] ?? config[name] ?? ofApp[name] ?? dotenv[name];
}
