import { Command } from '@heroku-cli/command';
import { splitArguments } from '../../argv/split-arguments.js';
import { findShell } from '../../docker/find-shell.js';
import { runDocker } from '../../docker/run-docker.js';
import { readEnvironment } from '../../env.js';
import { appFlags } from '../../heroku/app-flags.js';
import { openSession } from '../../heroku/open-session.js';

export default class Sh extends Command {
  static override description = `start a shell in which docker is the app's own Swarm
Arguments are the shell's: dh:sh -- -c 'docker ps'. The variables end with the shell.`;
  static override usage = 'dh:sh [-a APP] [-r REMOTE] [--addon NAME] [--] [SHELL-ARGUMENTS...]';
  static override examples = ['<%= config.bin %> <%= command.id %>', "<%= config.bin %> <%= command.id %> -- -c 'docker ps | wc -l'"];
  static override strict = false;
  static override flags = appFlags;
  static override promptFlagActive = false;
  static override baseFlags = Command.baseFlagsWithoutPrompt();

  async run(): Promise<void> {
    const { claimed, passed } = splitArguments(this.argv);
    const { flags } = await this.parse(Sh, [...claimed]);
    const session = openSession(this, flags);
    if (passed.length === 0) {
      session.terminal.say("Now DOCKER is configured with Dockhero's Swarm endpoint");
      session.terminal.say('It is temporary, for this shell only: exit ends it');
    }
    const environment = readEnvironment();
    process.exitCode = await runDocker(session, {
      file: findShell(environment),
      args: passed,
      base: environment,
      disk: 'never',
      explains: false,
    });
  }
}
