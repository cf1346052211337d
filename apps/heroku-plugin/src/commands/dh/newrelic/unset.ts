import { Command } from '@heroku-cli/command';
import type { NewRelicStatus } from '@dockhero/contracts/monitoring-api';
import { callAddon } from '../../../connection/call-addon.js';
import { appFlags } from '../../../heroku/app-flags.js';
import { openSession } from '../../../heroku/open-session.js';

export default class NewRelicUnset extends Command {
  static override description = 'send nothing to New Relic any more, and forget the key';
  static override flags = appFlags;
  static override promptFlagActive = false;
  static override baseFlags = Command.baseFlagsWithoutPrompt();

  async run(): Promise<void> {
    const { flags } = await this.parse(NewRelicUnset);
    await callAddon<NewRelicStatus>(openSession(this, flags), 'DELETE', '/newrelic');
    this.log('Nothing goes to New Relic any more, and the key is forgotten.');
  }
}
