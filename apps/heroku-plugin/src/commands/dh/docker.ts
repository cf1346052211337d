import { Command } from '@heroku-cli/command';
import { splitArguments } from '../../argv/split-arguments.js';
import { diskLookOfDocker } from '../../docker/disk-look.js';
import { runDocker } from '../../docker/run-docker.js';
import { readEnvironment } from '../../env.js';
import { appFlags } from '../../heroku/app-flags.js';
import { openSession } from '../../heroku/open-session.js';

export default class Docker extends Command {
  static override description = `run docker against the app's own Swarm
Everything but --app, --remote and --addon is docker's, in its order; -a and -r are ours only before docker's first word.
Behind -- all is docker's: that is how to write --help, which the CLI takes for itself otherwise.`;
  static override usage = 'dh:docker [-a APP] [-r REMOTE] [--addon NAME] [--] DOCKER-ARGUMENTS...';
  static override examples = [
    '<%= config.bin %> <%= command.id %> ps',
    '<%= config.bin %> <%= command.id %> run --rm -it alpine sh --app my-app',
    '<%= config.bin %> <%= command.id %> -- run --help',
  ];
  static override strict = false;
  static override flags = appFlags;
  static override promptFlagActive = false;
  static override baseFlags = Command.baseFlagsWithoutPrompt();

  async run(): Promise<void> {
    const { claimed, passed } = splitArguments(this.argv);
    const { flags } = await this.parse(Docker, [...claimed]);
    const shell = readEnvironment();
    const call = { file: 'docker', args: passed, base: shell, disk: diskLookOfDocker(passed, shell) };
    process.exitCode = await runDocker(openSession(this, flags), call);
  }
}
