import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The plugin's folder, as `heroku plugins:link` takes it. */
export const pluginFolder = fileURLToPath(new URL('../..', import.meta.url));

/** A standalone binary as it is published. */
export function builtBinary(name: 'dh-compose' | 'dh-docker'): string {
  return builtFile(`bin/${name}.js`);
}

/** A file as it is published. @throws when nothing was built: the Heroku CLI runs what is in dist, not the sources. */
export function builtFile(name: string): string {
  const path = fileURLToPath(new URL(`../../dist/${name}`, import.meta.url));
  if (!existsSync(path)) throw new Error(`${path} is not there: run npm run build first`);
  return path;
}
