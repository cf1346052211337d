import type { Session } from '../connection/session.js';
import type { Variables } from '../env.js';
import type { AppInfo } from '../heroku/app-source.js';
import { chosenVariables } from '../heroku/chosen-variables.js';
import { PluginError } from '../plugin-error.js';
import { childEnvironment, lookupIn } from '../stackfile/child-environment.js';
import type { ComposeTool } from '../stackfile/compose-tool.js';
import { findVariables, type StackfileVariables } from '../stackfile/find-variables.js';
import { explainMissing, findMissing, placeholdersFor, type Scope } from '../stackfile/missing-variables.js';
import type { Stackfile } from '../stackfile/stackfile.js';
import { lateVariables } from './late-variables.js';
import type { MentionedNames } from './read-mentioned-names.js';

/** What the variables of a call are gathered from. */
export interface VariableSources {
  readonly stackfiles: readonly Stackfile[];
  readonly tool: ComposeTool;
  /** Which of the stackfile's values the command uses. */
  readonly scope: Scope;
  readonly shell: Variables;
  readonly dotenv: Variables;
  /** Names that env files take from the environment. */
  readonly mentioned: MentionedNames;
  /** Names that the call itself takes from it: `run -e NAME`. */
  readonly called?: readonly string[];
}

/**
 * The environment in which a stackfile is read: the shell's variables first, then Heroku's config vars, then `.env`. Heroku is asked only for what the
 * shell lacks, and always anew: nobody wants config vars of this morning, and secrets are not kept on disk.
 * @throws PluginError naming all that is missing.
 */
export async function gatherEnvironment(session: Session, sources: VariableSources): Promise<Variables> {
  const { stackfiles, tool, scope, dotenv, mentioned, called = [] } = sources;
  const shell = await shellFor(session, sources.shell);
  const variables = findVariables(stackfiles, tool);
  const inShell = lookupIn(shell);
  const lacking = [...namesWanted(variables, { ...sources, shell })].filter((name) => inShell(name) === undefined);
  const known = lacking.length > 0 ? await readHeroku(session, lacking) : { heroku: {}, app: null, addon: {} };
  const named = new Set([...variables.names, ...mentioned.names, ...called]);
  const dotenvEntries = Object.entries(dotenv);
  // Compose reads `.env` itself, in its own way; docker stack does not.
  const handed = tool === 'stack' ? { dotenv: dotenvEntries } : {};
  const environment = childEnvironment({ shell, ...known, ...handed, named, isComplete: mentioned.isComplete, docker: {} });
  const missing = findMissing(variables, lookupIn(environment, dotenvEntries), scope);
  if (scope === 'none') return { ...environment, ...placeholdersFor(missing) };
  if (missing.length > 0) throw new PluginError(explainMissing(missing, session.source.appName));
  return environment;
}

/**
 * The names whose values matter. To a command that makes nothing: those that compose would stop at, and those in the names of networks and volumes,
 * without which `down -v` would look for others.
 */
function namesWanted(
  variables: StackfileVariables,
  { scope, shell, dotenv, mentioned, called = [] }: VariableSources,
): ReadonlySet<string> {
  if (scope !== 'none') return new Set([...variables.names, ...mentioned.names, ...called]);
  const unmet = findMissing(variables, lookupIn(shell, Object.entries(dotenv)), 'none').map(({ name }) => name);
  const naming = variables.references.filter(({ place }) => place.keys[0] !== 'services').map(({ name }) => name);
  return new Set([...unmet, ...naming, ...called]);
}

/** A dyno's shell is the app's config: what it holds under the plain names is another's when another add-on than the plain one was chosen. */
async function shellFor(session: Session, shell: Variables): Promise<Variables> {
  return session.source.kind === 'dyno' ? chosenVariables(await session.chosenAddon(), shell) : shell;
}

interface KnownToHeroku {
  readonly heroku: Variables;
  readonly app: AppInfo | null;
  readonly addon: Variables;
}

/** Config vars, what the app is called, and the chosen add-on's variables under their plain names. */
async function readHeroku(session: Session, lacking: readonly string[]): Promise<KnownToHeroku> {
  const wantsApp = lacking.some((name) => name === 'HEROKU_APP_NAME' || name === 'HEROKU_APP_URL');
  const [heroku, app] = await Promise.all([session.configVars(), wantsApp ? session.source.readApp() : null]);
  const chosen = await session.chosenAddon();
  return { heroku: chosenVariables(chosen, heroku), app, addon: await lateVariables(session, chosen.prefix) };
}
