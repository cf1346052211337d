import { Command, flags } from '@heroku-cli/command';
import type { NewRelicStatus } from '@dockhero/contracts/monitoring-api';
import { callAddon } from '../../../connection/call-addon.js';
import { appFlags } from '../../../heroku/app-flags.js';
import { openSession } from '../../../heroku/open-session.js';
import { describeNewRelic } from '../../../messages/describe-new-relic.js';

export default class NewRelic extends Command {
  static override description = 'say whether the hosts’ figures go to New Relic, and what it last said';
  static override flags = { ...appFlags, json: flags.boolean({ char: 'j', description: 'as JSON' }) };
  static override promptFlagActive = false;
  static override baseFlags = Command.baseFlagsWithoutPrompt();

  async run(): Promise<void> {
    const { flags } = await this.parse(NewRelic);
    const session = openSession(this, flags);
    const status = await callAddon<NewRelicStatus>(session, 'GET', '/newrelic');
    const lines = flags.json ? [JSON.stringify(status, null, 2)] : describeNewRelic(status, session.flags, Date.now());
    for (const line of lines) this.log(line);
  }
}
