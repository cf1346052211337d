import { Command, flags } from '@heroku-cli/command';
import { Args } from '@oclif/core';
import type { LogSettings } from '@dockhero/contracts/monitoring-api';
import { callAddon } from '../../../connection/call-addon.js';
import { appFlags } from '../../../heroku/app-flags.js';
import { openSession } from '../../../heroku/open-session.js';
import { describeLogSettings } from '../../../messages/describe-log-settings.js';

export default class LogsApps extends Command {
  static override description = `say which apps get the containers' output in heroku logs: the owner, or all
An add-on can be attached to several apps. Whoever reads the logs of one of them then reads those of the containers.`;
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> all'];
  static override args = {
    which: Args.string({ description: 'owner or all; without it, it is only shown', options: ['owner', 'all'] }),
  };
  static override flags = { ...appFlags, json: flags.boolean({ char: 'j', description: 'as JSON' }) };
  static override promptFlagActive = false;
  static override baseFlags = Command.baseFlagsWithoutPrompt();

  async run(): Promise<void> {
    const { args, flags } = await this.parse(LogsApps);
    const session = openSession(this, flags);
    const settings =
      args.which === undefined
        ? await callAddon<LogSettings>(session, 'GET', '/logs')
        : await callAddon<LogSettings>(session, 'PUT', '/logs', { all_attachments: args.which === 'all' });
    const lines = flags.json ? [JSON.stringify(settings, null, 2)] : describeLogSettings(settings, session.flags);
    for (const line of lines) this.log(line);
  }
}
