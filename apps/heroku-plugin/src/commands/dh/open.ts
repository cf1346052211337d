import { Command, flags } from '@heroku-cli/command';
import { Args } from '@oclif/core';
import { appFlags } from '../../heroku/app-flags.js';
import { chosenVariables } from '../../heroku/chosen-variables.js';
import { openAddress } from '../../heroku/open-address.js';
import { openBrowser } from '../../heroku/open-browser.js';
import { openSession } from '../../heroku/open-session.js';

export default class Open extends Command {
  static override description = `open the stack in a browser
Without a port the host's port 80; with https the address that has a certificate.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> 8080',
    '<%= config.bin %> <%= command.id %> https --show-url',
  ];
  static override args = { port: Args.string({ description: 'a port, or https' }) };
  static override flags = { ...appFlags, 'show-url': flags.boolean({ description: 'print the address instead of opening it' }) };
  static override promptFlagActive = false;
  static override baseFlags = Command.baseFlagsWithoutPrompt();

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Open);
    const session = openSession(this, flags);
    const address = openAddress(args.port, chosenVariables(await session.chosenAddon(), await session.configVars()), session.flags);
    if (flags['show-url'] || !(await openBrowser(address))) this.log(address);
    else session.terminal.say(`Opening ${address}`);
  }
}
