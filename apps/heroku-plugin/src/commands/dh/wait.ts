import { Command, flags } from '@heroku-cli/command';
import { waitForAddon } from '../../connection/wait-for-addon.js';
import { appFlags } from '../../heroku/app-flags.js';
import { openSession } from '../../heroku/open-session.js';

export default class Wait extends Command {
  static override description = `wait until the add-on runs, telling how far it is
Says so and ends at once when it runs already; ends with 1 when provisioning failed.`;
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --json | jq -r .step'];
  static override flags = { ...appFlags, json: flags.boolean({ char: 'j', description: 'a line of JSON for each step' }) };
  static override promptFlagActive = false;
  static override baseFlags = Command.baseFlagsWithoutPrompt();

  async run(): Promise<void> {
    const { flags } = await this.parse(Wait);
    await waitForAddon(openSession(this, flags), flags.json ? (status) => this.log(JSON.stringify(status)) : undefined);
  }
}
