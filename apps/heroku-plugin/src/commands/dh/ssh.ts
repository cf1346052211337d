import { Command } from '@heroku-cli/command';
import { splitArguments } from '../../argv/split-arguments.js';
import { openHostShell } from '../../docker/open-host-shell.js';
import { readEnvironment } from '../../env.js';
import { appFlags } from '../../heroku/app-flags.js';
import { openSession } from '../../heroku/open-session.js';

export default class Ssh extends Command {
  static override description = `open a root shell on the app's host
It runs in a throw-away container through Docker: no SSH, no key, nothing stays. With arguments it runs them as one line of the host's shell.`;
  static override usage = 'dh:ssh [-a APP] [-r REMOTE] [--addon NAME] [--] [COMMAND...]';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> -- df -h',
    "<%= config.bin %> <%= command.id %> -- 'dmesg | tail'",
  ];
  static override strict = false;
  static override flags = appFlags;
  static override promptFlagActive = false;
  static override baseFlags = Command.baseFlagsWithoutPrompt();

  async run(): Promise<void> {
    const { claimed, passed } = splitArguments(this.argv);
    const { flags } = await this.parse(Ssh, [...claimed]);
    process.exitCode = await openHostShell(openSession(this, flags), passed, readEnvironment());
  }
}
