import type { Variables } from '../env.js';
import { isGuarded } from './guarded-names.js';
import type { Lookup } from './interpolate.js';

export interface ChildEnvironmentParts {
  /** The environment of this process. It wins over all but `docker`. */
  readonly shell: Variables;
  /** The app's config vars. */
  readonly heroku: Variables;
  /** Null or absent when unknown, as on a dyno without `HEROKU_APP_NAME`. */
  readonly app?: { readonly name: string; readonly webUrl: string } | null;
  /** Variables of the add-on, under the plain names (`DOCKHERO_HOST`), that are not in `heroku`. They win over it. */
  readonly addon?: Variables;
  /** What `.env` says. Compose reads it itself; `docker stack deploy` does not, so it is handed over here, the names that the stackfile has. */
  readonly dotenv?: Iterable<readonly [string, string]>;
  /** What the stackfile names (`StackfileVariables.names`), its env files and the call: of Heroku's only these pass, even if they are guarded. */
  readonly named: ReadonlySet<string>;
  /** False when not all names are known: then all of Heroku's pass but the guarded ones. */
  readonly isComplete: boolean;
  /** DOCKER_HOST, DOCKER_CERT_PATH, DOCKER_TLS_VERIFY: they always win. */
  readonly docker: Variables;
  readonly platform?: NodeJS.Platform;
}

/** The docker client obeys these beside the variables that we set; the first two would send it elsewhere or without checking whom it talks to. */
const contradicting = ['DOCKER_CONTEXT', 'DOCKER_TLS'];

/** The environment of compose or docker: shell over Heroku's config vars over `.env`, and docker's connection over all. */
export function childEnvironment(parts: ChildEnvironmentParts): Record<string, string> {
  const { shell, heroku, app, addon = {}, dotenv = [], named, isComplete, docker, platform = process.platform } = parts;
  const environment = new Environment(platform);
  const wanted = new Environment(platform);
  for (const name of named) wanted.set(name, '');
  const allowed = ([name]: readonly [string, string]): boolean =>
    isNameable(name) && (wanted.has(name) || (!isComplete && !isGuarded(name, platform)));

  environment.setAll([...dotenv].filter(([name]) => wanted.has(name)));
  if (app) environment.setAll([['HEROKU_APP_NAME', app.name], ...(app.webUrl ? [['HEROKU_APP_URL', app.webUrl] as const] : [])]);
  environment.setAll(Object.entries(heroku).filter(allowed));
  environment.setAll(Object.entries(addon).filter(allowed));
  environment.setAll(Object.entries(shell));
  for (const name of contradicting) environment.delete(name);
  environment.setAll(Object.entries(docker));
  return environment.variables;
}

/** What compose will find under a name: the environment, then `.env`. */
export function lookupIn(
  environment: Variables,
  dotenv: Iterable<readonly [string, string]> = [],
  platform: NodeJS.Platform = process.platform,
): Lookup {
  const all = new Environment(platform);
  all.setAll(dotenv);
  all.setAll(Object.entries(environment));
  return (name) => all.get(name);
}

/** A name that spawn can hand over. */
function isNameable(name: string): boolean {
  return name !== '' && !name.includes('=') && !name.includes('\0');
}

/** Variables, case-blind on Windows: there the last spelling wins, so that no process gets `Path` and `PATH`. */
class Environment {
  readonly #variables = new Map<string, readonly [string, string]>();

  constructor(private readonly platform: NodeJS.Platform) {}

  get variables(): Record<string, string> {
    return Object.fromEntries(this.#variables.values());
  }

  get(name: string): string | undefined {
    return this.#variables.get(this.key(name))?.[1];
  }

  has(name: string): boolean {
    return this.#variables.has(this.key(name));
  }

  set(name: string, value: string): void {
    this.#variables.set(this.key(name), [name, value]);
  }

  setAll(variables: Iterable<readonly [string, string]>): void {
    for (const [name, value] of variables) this.set(name, value);
  }

  delete(name: string): void {
    this.#variables.delete(this.key(name));
  }

  private key(name: string): string {
    return this.platform === 'win32' ? name.toUpperCase() : name;
  }
}
