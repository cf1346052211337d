import { Command } from '@heroku-cli/command';
import { splitArguments } from '../../argv/split-arguments.js';
import { runDeploy } from '../../compose/run-deploy.js';
import { readEnvironment } from '../../env.js';
import { appFlags } from '../../heroku/app-flags.js';
import { openSession } from '../../heroku/open-session.js';

export default class Deploy extends Command {
  static override description = `deploy dockhero-compose.yml as a stack of the app's own Swarm
This is docker stack deploy: variables come from the shell, then from the app's config vars, then from .env, as with dh:compose. What the older
grammar of docker stack would misread is refused with its mend.`;
  static override usage = 'dh:deploy [-a APP] [-r REMOTE] [--addon NAME] [--] [ARGUMENTS-OF-DOCKER-STACK-DEPLOY...]';
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --prune --app my-app'];
  static override strict = false;
  static override flags = appFlags;
  static override promptFlagActive = false;
  static override baseFlags = Command.baseFlagsWithoutPrompt();

  async run(): Promise<void> {
    const { claimed, passed } = splitArguments(this.argv);
    const { flags } = await this.parse(Deploy, [...claimed]);
    process.exitCode = await runDeploy(openSession(this, flags), passed, readEnvironment());
  }
}
