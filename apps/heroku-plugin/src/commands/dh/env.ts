import { Command, flags } from '@heroku-cli/command';
import { connect } from '../../connection/connect.js';
import { dockerVariables } from '../../docker/docker-environment.js';
import { type Shell, setLines, shells, unsetLines, usageLines } from '../../docker/shell-lines.js';
import { appFlags } from '../../heroku/app-flags.js';
import { openSession } from '../../heroku/open-session.js';

const names = ['DOCKER_HOST', 'DOCKER_CERT_PATH', 'DOCKER_TLS_VERIFY'];

export default class Env extends Command {
  static override description = `print what points docker at the app's Swarm in this shell
The certificate behind it lives 12 hours at most. While the variables are set, docker context has no effect: --unset takes them away.`;
  static override examples = [
    'eval "$(<%= config.bin %> <%= command.id %>)"',
    '<%= config.bin %> <%= command.id %> --shell fish | source',
    'eval "$(<%= config.bin %> <%= command.id %> --unset)"',
  ];
  static override flags = {
    ...appFlags,
    shell: flags.string({
      description: 'for which shell',
      options: [...shells],
      default: process.platform === 'win32' ? 'powershell' : 'posix',
    }),
    unset: flags.boolean({ char: 'u', description: 'take the variables away again' }),
  };
  static override promptFlagActive = false;
  static override baseFlags = Command.baseFlagsWithoutPrompt();

  async run(): Promise<void> {
    const { flags } = await this.parse(Env);
    const shell = flags.shell as Shell;
    const session = openSession(this, flags);
    const lines = flags.unset ? unsetLines(shell, names) : setLines(shell, dockerVariables(await connect(session)));
    for (const line of lines) this.log(line);
    const choice = flags.shell === 'posix' ? '' : ` --shell ${shell}`;
    for (const line of usageLines(shell, `heroku dh:env${session.flags}${choice}${flags.unset ? ' --unset' : ''}`)) this.log(line);
  }
}
