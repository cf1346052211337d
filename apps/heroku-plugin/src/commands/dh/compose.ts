import { Command } from '@heroku-cli/command';
import { splitArguments } from '../../argv/split-arguments.js';
import { runCompose } from '../../compose/run-compose.js';
import { readEnvironment } from '../../env.js';
import { appFlags } from '../../heroku/app-flags.js';
import { openSession } from '../../heroku/open-session.js';

export default class Compose extends Command {
  static override description = `run docker compose on dockhero-compose.yml against the app's own Swarm
Variables in the stackfile come from the shell, then from the app's config vars, then from .env; HEROKU_APP_NAME and HEROKU_APP_URL are there too.
Files given with -f override dockhero-compose.yml. Everything but --app, --remote and --addon is compose's; -a and -r are ours only before its first word.
Behind -- all is compose's: that is how to write --help.`;
  static override usage = 'dh:compose [-a APP] [-r REMOTE] [--addon NAME] [--] COMPOSE-ARGUMENTS...';
  static override examples = [
    '<%= config.bin %> <%= command.id %> up -d',
    '<%= config.bin %> <%= command.id %> logs --follow web --app my-app',
    '<%= config.bin %> <%= command.id %> -f production.yml up -d',
    '<%= config.bin %> <%= command.id %> -- exec --help',
  ];
  static override strict = false;
  static override flags = appFlags;
  static override promptFlagActive = false;
  static override baseFlags = Command.baseFlagsWithoutPrompt();

  async run(): Promise<void> {
    const { claimed, passed } = splitArguments(this.argv);
    const { flags } = await this.parse(Compose, [...claimed]);
    process.exitCode = await runCompose(openSession(this, flags), passed, readEnvironment());
  }
}
