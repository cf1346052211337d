import { splitArguments } from '../argv/split-arguments.js';
import { standaloneDataFolder } from '../connection/data-folder.js';
import { Session } from '../connection/session.js';
import { readEnvironment } from '../env.js';
import { DynoApp } from '../heroku/dyno-app.js';
import { stderrTerminal } from '../messages/terminal.js';
import { PluginError } from '../plugin-error.js';

/**
 * The frame of a standalone binary: the app is known from the dyno's environment, `--addon` is the only flag of ours. Sets the exit code.
 * Loads no oclif: a release phase or a CI job waits for every call.
 */
export async function runStandalone(run: (session: Session, passed: readonly string[]) => Promise<number>): Promise<void> {
  const environment = readEnvironment();
  const terminal = stderrTerminal((text) => terminal.say(` ▸    ${text}`));
  try {
    const { claimed, passed } = splitArguments(process.argv.slice(2));
    const session = new Session(new DynoApp(environment), terminal, standaloneDataFolder(environment), readAddon(claimed));
    process.exitCode = await run(session, passed);
  } catch (error) {
    if (!(error instanceof PluginError)) throw error;
    terminal.warn(error.message.replaceAll('\n', '\n ▸    '));
    process.exitCode = error.exitCode;
  }
}

/** @throws PluginError for flags that mean nothing without the Heroku CLI. */
function readAddon(claimed: readonly string[]): string | undefined {
  let addon: string | undefined;
  for (let index = 0; index < claimed.length; index++) {
    const [flag = '', joined] = (claimed[index] as string).split(/=(.*)/s, 2);
    if (flag !== '--addon') {
      throw new PluginError(
        `${flag} needs the Heroku CLI: here the app is the one that DOCKHERO_CONFIG_URL belongs to. Use heroku dh:docker or dh:compose.`,
      );
    }
    addon = joined ?? claimed[++index];
    if (!addon) throw new PluginError('Flag --addon expects a value');
  }
  return addon;
}
