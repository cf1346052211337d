import { Command } from '@heroku-cli/command';
import { Args } from '@oclif/core';
import type { FederationStatus, NewFederation } from '@dockhero/contracts/monitoring-api';
import { callAddon } from '../../connection/call-addon.js';
import { appFlags } from '../../heroku/app-flags.js';
import { openSession } from '../../heroku/open-session.js';

export default class Prometheus extends Command {
  static override description = `give your own Prometheus a URL with the hosts' latest figures
The URL opens nothing else. It is shown once; on again makes another, and the one before ends.`;
  static override examples = ['<%= config.bin %> <%= command.id %> on', '<%= config.bin %> <%= command.id %> off'];
  static override args = { state: Args.string({ description: 'on or off; without it, it is only shown', options: ['on', 'off'] }) };
  static override flags = appFlags;
  static override promptFlagActive = false;
  static override baseFlags = Command.baseFlagsWithoutPrompt();

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Prometheus);
    const session = openSession(this, flags);
    if (args.state === 'on') {
      const { url } = await callAddon<NewFederation>(session, 'POST', '/prometheus', {});
      session.terminal.say(
        'Keep this URL secret; it is shown only now. In a scrape job, its host is the target and its path the metrics_path.',
      );
      this.log(url);
      return;
    }
    const { enabled } = await callAddon<FederationStatus>(session, args.state === 'off' ? 'DELETE' : 'GET', '/prometheus');
    const other = enabled ? 'off' : 'on';
    this.log(enabled ? 'There is a URL for Prometheus.' : 'There is no URL for Prometheus.');
    this.log(`To change that: heroku dh:prometheus ${other}${session.flags}`);
  }
}
